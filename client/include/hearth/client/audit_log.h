// Checks audit logs without the server: rows that were exported, against checkpoints that were kept.
#ifndef HEARTH_CLIENT_AUDIT_LOG_H_
#define HEARTH_CLIENT_AUDIT_LOG_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "hearth/client/audit_proof.h"
#include "hearth/v1/audit_service.pb.h"

namespace hearth::client {

// Computes the Merkle tree of a directory's audit (RFC 9162, 2.1) from its rows, as audit_service.proto describes it, and compares it with signed
// checkpoints. It shares no code with the server. First all checkpoints, then all rows from sequence 0 on, then Finish. Used by one thread.
//
// A policy removes rows from the beginning of the log on, and erases what rows say of persons, when they are 30 days old at the earliest. Both are accepted
// only of what was that old by the signed checkpoints: the first one over the removed rows is older by that than the newest.
class AuditLogVerifier {
 public:
  // `public_keys`: those that are trusted, in hexadecimal, by their ids: what `hearthd keys show-audit` prints. `exported`: when the rows were read from
  // the server; later checkpoints may be of more rows than there are.
  AuditLogVerifier(std::map<std::string, std::string> public_keys, absl::Time exported)
      : public_keys_(std::move(public_keys)), exported_(exported) {}

  // Adds a checkpoint; those of other directories than that of the rows are of no account, unless they contradict each other. Fails as VerifyCheckpoint
  // does. Two that contradict each other are found by AddRow, which names the row, or by Finish.
  absl::Status AddCheckpoint(const v1::AuditCheckpoint& checkpoint);

  // Adds the next row; of one that the policy removed only name, sequence, personal_digest and leaf_hash are there. Fails with INVALID_ARGUMENT for one
  // that is malformed, and with DATA_LOSS for the first that is wrong, which it names, with its time; where rows were rewritten together with their
  // leaves, or the log was forked, it names the row after the last checkpoint that agreed.
  absl::Status AddRow(const v1::AuditEvent& row);

  // Fails with DATA_LOSS when a checkpoint from before the export is of more rows than there are, or two contradict each other; with FAILED_PRECONDITION
  // when the checkpoints do not show that what is gone was old enough.
  absl::Status Finish() const;

  // How many rows were added; how many of them, from the first on, are under a checkpoint; how many were removed; and of how many others was erased what
  // they say of persons.
  int64_t rows() const { return size_; }
  int64_t proved() const { return proved_; }
  int64_t removed() const { return removed_; }
  int64_t erased() const { return erased_; }

 private:
  // What was signed for one size. More than one: the log was forked.
  struct Signed {
    std::string root;
    absl::Time time;
  };
  using Heads = std::map<int64_t, std::vector<Signed>>;

  absl::Status CheckRow(const v1::AuditEvent& row);
  absl::Status CheckHead(const std::vector<Signed>& heads);
  absl::Status CheckGone(absl::Time after, absl::Time until, const std::string& what);
  std::string BeginOfOther(absl::Time signed_at) const;

  const std::map<std::string, std::string> public_keys_;
  const absl::Time exported_;
  std::map<std::string, Heads> heads_;        // By directory and size.
  std::map<std::string, absl::Time> newest_;  // By directory: the newest from before the export.
  std::string directory_;                     // Of the rows.
  int64_t size_ = 0, removed_ = 0, erased_ = 0;
  int64_t proved_ = 0;                             // So many rows are under a checkpoint that is right,
  absl::Time proved_time_ = absl::InfinitePast();  // which was signed at that time.
  std::string next_;                               // The row after it, as messages name it.
  std::string unshown_;                            // The first thing that is gone, and was not shown to be old enough.
  std::vector<std::string> subtrees_;  // The roots of the full subtrees that the tree is made of, largest first.
};

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_AUDIT_LOG_H_
