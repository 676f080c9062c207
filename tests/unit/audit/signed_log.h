// A log as the server seals it, without a database: for tests of what is verified outside.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "server/audit/audit_proto.h"
#include "server/audit/audit_row.h"
#include "server/audit/merkle.h"
#include "server/audit/tree_head.h"
#include "server/base/keyring.h"

namespace hearth::test {

// A keys file of one key, and its ring.
inline Keyring OneKey() {
  const std::string path = absl::StrCat(testing::TempDir(), "signed_log_keys_", getpid());
  std::ofstream(path) << "k1 " << std::string(64, '1') << '\n';
  chmod(path.c_str(), 0600);
  auto ring = Keyring::Load(path);
  std::remove(path.c_str());
  EXPECT_TRUE(ring.ok()) << ring.status();
  return *std::move(ring);
}

// The log of a directory, which grows as it is told. A copy is a fork of it.
class SignedLog {
 public:
  // `signer` outlives the log.
  explicit SignedLog(const HeadSigner* signer, std::string directory = "forthcoffee")
      : signer_(signer), directory_(std::move(directory)) {}

  // Seals one more row; `name` makes it differ from others.
  void Add(absl::Time time, const std::string& name) {
    hearth::AuditRow row{
        .directory = directory_,
        .event_id = absl::StrFormat("00000000-0000-4000-8000-%012d", tree_.size()),
        .create_time = time,
        .action = "password.reset",
        .verdict = "allowed",
        .reason = "",
        .actor_directory = "forthcoffee",
        .actor_kind = "person",
        .rpc = "ResetPasswordService/ResetPassword",
        .through_service = "",
        .trace_id = "",
        .personal = hearth::AuditPersonal{
            .salt = Sha256(name), .actor = "admin", .target = name, .target_principal_name = "", .peer = "127.0.0.1"}};
    const std::string digest = PersonalDigest(*row.personal);
    const std::string leaf = LeafHash(row, digest);
    rows_.push_back(ToProto(row, tree_.size(), digest, leaf));
    tree_.Append(leaf);
  }
  // Signs what is there.
  v1::AuditCheckpoint Sign(absl::Time time) const {
    TreeHead head{.directory = directory_,
                  .size = tree_.size(),
                  .root_hash = tree_.Root(),
                  .seal_time = time,
                  .key_id = "",
                  .signature = ""};
    signer_->Sign(head);
    return ToProto(head);
  }
  // Both: a row, sealed at once.
  v1::AuditCheckpoint Seal(absl::Time time, const std::string& name) {
    Add(time, name);
    return Sign(time);
  }

  std::vector<v1::AuditEvent>& rows() { return rows_; }
  std::map<std::string, std::string> keys() const { return {{"k1", ToHex(signer_->PublicKey("k1"))}}; }
  // As the policy leaves it.
  void Remove(size_t row) {
    rows_[row].clear_personal(), rows_[row].clear_create_time(), rows_[row].clear_action();
    rows_[row].clear_verdict(), rows_[row].clear_actor_directory(), rows_[row].clear_actor_kind();
    rows_[row].clear_rpc();
  }

 private:
  const HeadSigner* signer_;
  std::string directory_;
  Frontier tree_;
  std::vector<v1::AuditEvent> rows_;
};

}  // namespace hearth::test
