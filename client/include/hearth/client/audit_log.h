// Checks audit logs without the server: rows that were exported, against checkpoints that were kept.
#ifndef HEARTH_CLIENT_AUDIT_LOG_H_
#define HEARTH_CLIENT_AUDIT_LOG_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "hearth/v1/audit_service.pb.h"

namespace hearth::client {

// Computes the Merkle tree of a directory's audit (RFC 9162, 2.1) from its rows, as audit_service.proto describes it, and compares it with signed
// checkpoints. It shares no code with the server. First all checkpoints, then all rows from sequence 0 on, then Finish. Used by one thread.
class AuditLogVerifier {
 public:
  // The public keys that are trusted, in hexadecimal, by their ids: what `hearthd keys show-audit` prints.
  explicit AuditLogVerifier(std::map<std::string, std::string> public_keys) : public_keys_(std::move(public_keys)) {}

  // Adds a checkpoint; those of other directories than that of the rows are of no account. Fails with INVALID_ARGUMENT for one that is malformed,
  // and with DATA_LOSS for one that no trusted key signed, or that contradicts another of the same size.
  absl::Status AddCheckpoint(const v1::AuditCheckpoint& checkpoint);

  // Adds the next row; of one that the policy removed only name, sequence, personal_digest and leaf_hash are there. Fails with INVALID_ARGUMENT for one
  // that is malformed, and with DATA_LOSS, which names it, for the first that is wrong.
  absl::Status AddRow(const v1::AuditEvent& row);

  // Fails with DATA_LOSS when a checkpoint is of more rows than there are.
  absl::Status Finish() const;

  // How many rows were added, and how many of them are under a checkpoint.
  int64_t rows() const { return size_; }
  int64_t proved() const { return proved_; }

 private:
  absl::Status CheckRow(const v1::AuditEvent& row, const std::string& leaf) const;

  const std::map<std::string, std::string> public_keys_;
  std::map<std::string, std::map<int64_t, std::string>> roots_;  // By directory and size.
  std::string directory_;                                        // Of the rows.
  int64_t size_ = 0, proved_ = 0;
  std::vector<std::string> subtrees_;  // The roots of the full subtrees that the tree is made of, largest first.
};

// Whether a trusted key signed the checkpoint. Fails as AddCheckpoint does.
absl::Status VerifyCheckpoint(const v1::AuditCheckpoint& checkpoint,
                              const std::map<std::string, std::string>& public_keys);

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_AUDIT_LOG_H_
