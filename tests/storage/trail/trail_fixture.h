// What tests of the audit's log share: rows, the sealer, and the desks that read.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/audit/audit_store.h"
#include "server/audit/sealer.h"
#include "server/audit/tree_head.h"
#include "server/base/error.h"
#include "server/event/event_store.h"
#include "server/trail/audit_desk.h"
#include "tests/support/fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {

class TrailFixture : public Fixture {
 protected:
  // Writes an audit row of a call that took effect, or was refused.
  void Write(const Principal& actor, const google::protobuf::Message& request, const std::string& target,
             const absl::Status& verdict = absl::OkStatus(), const std::string& other = "") {
    const Call& call = By(actor, request);
    call.note->target = target;
    call.note->other_directory = other;
    call.note->evenly = evenly_;
    Scope scope = {actor.directory};
    if (!other.empty()) scope.push_back(other);
    ASSERT_THAT(database().Write(scope, Soon(),
                                 [&](Tx& tx) {
                                   AppendVerdict(tx, call, verdict);
                                   return absl::OkStatus();
                                 }),
                IsOk());
  }
  // Writes as many rows into Forth Coffee's audit.
  void WriteRows(int count) {
    v1::GetAuditPolicyRequest request;
    for (int i = 0; i < count; ++i) Write(ForthAdmin(), request, absl::StrCat("row-", i));
  }
  // Seals all that waits, and returns the heads that were made.
  std::vector<TreeHead> Seal() {
    heads_.clear();
    Sealer sealer(&database(), &signer_, [this](const TreeHead& head) { heads_.push_back(head); });
    while (true) {
      const auto sealed = sealer.SealSome(Soon());
      EXPECT_THAT(sealed, IsOk());
      if (!sealed.ok() || *sealed == 0) return heads_;
    }
  }

  // Gives all events that wait their places.
  void Sequence() {
    std::string last;
    int64_t given = 0;
    do {
      ASSERT_THAT(database().WriteAlone(Soon(),
                                        [&](Tx& tx) {
                                          given = SequenceEvents(tx, last);
                                          return absl::OkStatus();
                                        }),
                  IsOk());
    } while (given > 0 || !last.empty());
  }

  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

  v1::VerifyAuditResponse Verify(const TreeHead* kept = nullptr) {
    v1::VerifyAuditRequest request;
    request.set_name("directories/forthcoffee");
    if (kept != nullptr) {
      request.set_kept_size(kept->size);
      request.set_kept_root_hash(absl::BytesToHexString(kept->root_hash));
    }
    v1::VerifyAuditResponse last;
    EXPECT_THAT(audit_.VerifyAudit(By(ForthAdmin(), request), request,
                                   [&](const v1::VerifyAuditResponse& response) {
                                     last = response;
                                     return true;
                                   }),
                IsOk());
    return last;
  }

  // As a superuser who switches the guards off.
  void Tamper(const std::string& sql) {
    Sql("SET session_replication_role = replica; " + sql + "; SET session_replication_role = origin");
  }

  bool evenly_ = false;  // Of the rows that are written: their time must not tell how many directories they concern.
  const HeadSigner signer_{&keyring()};
  AuditDesk audit_{&database(), &signer_, &pager()};

 private:
  std::vector<TreeHead> heads_;
};

}  // namespace hearth::test
