// Verifies what GetAuditCheckpoint proves, without trusting the server.
#ifndef HEARTH_CLIENT_AUDIT_PROOF_H_
#define HEARTH_CLIENT_AUDIT_PROOF_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "google/protobuf/repeated_field.h"
#include "hearth/v1/audit_service.pb.h"

namespace hearth::client {

// These fail with INVALID_ARGUMENT for what is malformed, and with DATA_LOSS for what is not so. All are pure.

// Whether a trusted key signed the checkpoint: `public_keys` in hexadecimal, by their ids. The proofs below are worth as much as the signatures of their
// checkpoints, which they do not look at.
absl::Status VerifyCheckpoint(const v1::AuditCheckpoint& checkpoint,
                              const std::map<std::string, std::string>& public_keys);

// Whether the row says what was sealed: its leaf_hash and personal_digest are those of what it says. Of what was erased or removed the digests are taken
// as they are; that they were sealed is proved by the tree.
absl::Status VerifyRow(const v1::AuditEvent& row);

// Whether the leaf is in the tree of the checkpoint, at its place (RFC 9162, 2.1.3.2).
absl::Status VerifyInclusion(const v1::AuditInclusion& inclusion, const v1::AuditCheckpoint& checkpoint);

// Whether the tree of `kept`, of which only directory, size and root_hash count, is a prefix of that of `newest` (RFC 9162, 2.1.4.2): nothing in it was
// changed since. `proof` is GetAuditCheckpointResponse.consistency of a call with the kept_size.
absl::Status VerifyConsistency(const v1::AuditCheckpoint& kept, const v1::AuditCheckpoint& newest,
                               const google::protobuf::RepeatedPtrField<std::string>& proof);

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_AUDIT_PROOF_H_
