#include "hearth/client/audit_log.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace hearth::client {
namespace {

constexpr char kDirectories[] = "directories/";
constexpr size_t kHashBytes = 32;

std::string Sha256(const std::string& bytes) {
  std::string digest(kHashBytes, '\0');
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(&digest[0]), &size, EVP_sha256(), nullptr);
  return digest;
}

std::string Node(const std::string& left, const std::string& right) {
  return Sha256(absl::StrCat(absl::string_view("\x01", 1), left, right));
}

std::string BigEndian(uint64_t number, int size) {
  std::string bytes;
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) bytes += static_cast<char>((number >> shift) & 0xff);
  return bytes;
}

// A part after its length.
std::string Part(absl::string_view text) { return absl::StrCat(BigEndian(text.size(), 4), text); }

std::string Micros(const google::protobuf::Timestamp& time) {
  return BigEndian(static_cast<uint64_t>(time.seconds() * 1'000'000 + time.nanos() / 1000), 8);
}

// The bytes of a digest in hexadecimal; empty when it is none.
std::string Bytes(const std::string& hex, size_t size = kHashBytes) {
  const bool good = hex.size() == 2 * size && hex.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!good) return "";
  std::string bytes(size, '\0');
  size_t length = 0;
  const int done =
      OPENSSL_hexstr2buf_ex(reinterpret_cast<unsigned char*>(bytes.data()), size, &length, hex.c_str(), '\0');
  return done == 1 && length == size ? bytes : "";
}

std::string VerdictText(v1::AuditVerdict verdict) {
  switch (verdict) {
    case v1::AUDIT_VERDICT_ALLOWED:
      return "allowed";
    case v1::AUDIT_VERDICT_REFUSED:
      return "refused";
    case v1::AUDIT_VERDICT_FAILED:
      return "failed";
    default:
      return "";
  }
}

// directories/{directory} and the last part of directories/{directory}/auditEvents/{audit_event}.
std::pair<std::string, std::string> Split(const std::string& name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  if (parts.size() != 4 || parts[0] != "directories" || parts[2] != "auditEvents") return {};
  return {absl::StrCat(kDirectories, parts[1]), parts[3]};
}

std::string PersonalDigest(const v1::AuditPersonal& personal) {
  return Sha256(absl::StrCat(Part("hearth.audit.personal.v1"), Part(Bytes(personal.salt())), Part(personal.actor()),
                             Part(personal.target()), Part(personal.target_principal_name()), Part(personal.peer())));
}

std::string LeafOf(const v1::AuditEvent& row, const std::string& digest) {
  const auto name = Split(row.name());
  return Sha256(absl::StrCat(absl::string_view("\0", 1), Part("hearth.audit.row.v1"),
                             Part(name.first.substr(sizeof kDirectories - 1)), Part(name.second),
                             Part(Micros(row.create_time())), Part(row.action()), Part(VerdictText(row.verdict())),
                             Part(row.reason()), Part(row.actor_directory()), Part(row.actor_kind()), Part(row.rpc()),
                             Part(row.through_service()), Part(row.trace_id()), Part(digest)));
}

absl::Status Wrong(const v1::AuditEvent& row, const std::string& what) {
  return absl::DataLossError(absl::StrCat("Row ", row.sequence(), " (", row.name(), ") ", what));
}

// RFC 8032.
bool IsSignedBy(const std::string& key, const std::string& bytes, const std::string& signature) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> loaded(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(key.data()),
                                  key.size()),
      &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (loaded == nullptr || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, loaded.get()) != 1) {
    return false;
  }
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1;
}

}  // namespace

absl::Status VerifyCheckpoint(const v1::AuditCheckpoint& checkpoint,
                              const std::map<std::string, std::string>& public_keys) {
  const std::string root = Bytes(checkpoint.root_hash());
  const std::string signature = Bytes(checkpoint.signature(), 64);
  if (!absl::StartsWith(checkpoint.directory(), kDirectories) || checkpoint.size() < 1 || root.empty() ||
      signature.empty()) {
    return absl::InvalidArgumentError("This is not a checkpoint.");
  }
  const auto key = public_keys.find(checkpoint.key_id());
  const std::string bytes =
      absl::StrCat(Part("hearth.audit.head.v1"), Part(checkpoint.directory().substr(sizeof kDirectories - 1)),
                   Part(BigEndian(static_cast<uint64_t>(checkpoint.size()), 8)), Part(Micros(checkpoint.seal_time())),
                   Part(root), Part(checkpoint.key_id()));
  if (key == public_keys.end() || !IsSignedBy(Bytes(key->second), bytes, signature)) {
    return absl::DataLossError(absl::StrCat("The checkpoint of ", checkpoint.size(), " rows of ",
                                            checkpoint.directory(), " is not signed by a key that is trusted (key id ",
                                            checkpoint.key_id(), ")."));
  }
  return absl::OkStatus();
}

absl::Status AuditLogVerifier::AddCheckpoint(const v1::AuditCheckpoint& checkpoint) {
  if (absl::Status status = VerifyCheckpoint(checkpoint, public_keys_); !status.ok()) return status;
  const auto added = roots_[checkpoint.directory()].emplace(checkpoint.size(), Bytes(checkpoint.root_hash()));
  if (added.first->second != Bytes(checkpoint.root_hash())) {
    return absl::DataLossError(absl::StrCat("Two checkpoints of ", checkpoint.size(), " rows of ",
                                            checkpoint.directory(), " differ: the log was forked."));
  }
  return absl::OkStatus();
}

absl::Status AuditLogVerifier::CheckRow(const v1::AuditEvent& row, const std::string& leaf) const {
  if (row.sequence() != size_) return Wrong(row, absl::StrCat("is not row ", size_, ", which is missing."));
  const std::string digest = Bytes(row.personal_digest());
  if (row.has_personal() && PersonalDigest(row.personal()) != digest) {
    return Wrong(row, "says other things of persons than what was sealed.");
  }
  if (row.has_create_time() && LeafOf(row, digest) != leaf) return Wrong(row, "is not what was sealed.");
  return absl::OkStatus();
}

absl::Status AuditLogVerifier::AddRow(const v1::AuditEvent& row) {
  std::string hash = Bytes(row.leaf_hash());
  const auto name = Split(row.name());
  if (name.first.empty() || hash.empty() || Bytes(row.personal_digest()).empty()) {
    return absl::InvalidArgumentError(absl::StrCat("Row ", size_, " is not a row of the audit."));
  }
  if (directory_.empty()) directory_ = name.first;
  if (directory_ != name.first) return Wrong(row, absl::StrCat("is not of ", directory_, "."));
  if (absl::Status status = CheckRow(row, hash); !status.ok()) return status;
  for (int64_t rest = size_++; (rest & 1) != 0; rest >>= 1) {
    hash = Node(subtrees_.back(), hash);
    subtrees_.pop_back();
  }
  subtrees_.push_back(std::move(hash));

  const std::map<int64_t, std::string>& roots = roots_[directory_];
  const auto kept = roots.find(size_);
  if (kept == roots.end()) return absl::OkStatus();
  std::string root = subtrees_.back();
  for (size_t i = subtrees_.size() - 1; i-- > 0;) root = Node(subtrees_[i], root);
  if (root != kept->second) {
    return absl::DataLossError(absl::StrCat("Of the rows ", proved_, " to ", size_ - 1, " of ", directory_,
                                            " some are not those of the checkpoint of ", size_, " rows."));
  }
  proved_ = size_;
  return absl::OkStatus();
}

absl::Status AuditLogVerifier::Finish() const {
  const auto roots = roots_.find(directory_);
  if (roots == roots_.end() || roots->second.empty() || roots->second.rbegin()->first <= size_) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("The log of ", directory_, " ends after ", size_,
                                          " rows; the newest checkpoint is of ", roots->second.rbegin()->first, "."));
}

}  // namespace hearth::client
