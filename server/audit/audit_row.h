// A row of the audit, and the bytes that its leaf commits to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace hearth {

// What a row says of persons.
struct AuditPersonal {
  std::string salt;  // 32 bytes.
  std::string actor;
  std::string target;
  std::string target_principal_name;
  std::string peer;
};

// A row as it is stored.
struct AuditRow {
  std::string directory;
  std::string event_id;  // A UUID in lower case.
  absl::Time create_time;
  std::string action;
  std::string verdict;  // "allowed", "refused", "failed"
  std::string reason;
  std::string actor_directory;
  std::string actor_kind;  // "person", "service"
  std::string rpc;
  std::string through_service;
  std::string trace_id;
  std::optional<AuditPersonal> personal;  // Nothing once it was erased.
};

// The digest of what a row says of persons, as hearth.v1.AuditPersonal describes it. Pure.
std::string PersonalDigest(const AuditPersonal& personal);
// The hash of a row's leaf, as hearth.v1.AuditEvent describes it. Pure.
std::string LeafHash(const AuditRow& row, const std::string& personal_digest);

// Appends a text after its length in bytes (4 bytes, most significant first), and a number as 8 bytes after theirs: so no two lists of parts give
// the same bytes.
void AppendPart(std::string& bytes, std::string_view text);
void AppendPart(std::string& bytes, int64_t number);

}  // namespace hearth
