#include "server/audit/audit_row.h"

#include <string_view>

#include "server/audit/merkle.h"

namespace hearth {
namespace {

void AppendBigEndian(std::string& bytes, uint64_t number, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) bytes += static_cast<char>((number >> shift) & 0xff);
}

}  // namespace

void AppendPart(std::string& bytes, std::string_view text) {
  AppendBigEndian(bytes, text.size(), 4);
  bytes += text;
}

void AppendPart(std::string& bytes, int64_t number) {
  AppendBigEndian(bytes, 8, 4);
  AppendBigEndian(bytes, static_cast<uint64_t>(number), 8);
}

std::string PersonalDigest(const AuditPersonal& personal) {
  std::string bytes;
  for (const std::string_view part :
       {std::string_view("hearth.audit.personal.v1"), std::string_view(personal.salt), std::string_view(personal.actor),
        std::string_view(personal.target), std::string_view(personal.target_principal_name),
        std::string_view(personal.peer)}) {
    AppendPart(bytes, part);
  }
  return Sha256(bytes);
}

std::string LeafHash(const AuditRow& row, const std::string& personal_digest) {
  std::string bytes;
  bytes.reserve(512);
  AppendPart(bytes, std::string_view("hearth.audit.row.v1"));
  AppendPart(bytes, row.directory);
  AppendPart(bytes, row.event_id);
  AppendPart(bytes, absl::ToUnixMicros(row.create_time));
  for (const std::string* part : {&row.action, &row.verdict, &row.reason, &row.actor_directory, &row.actor_kind,
                                  &row.rpc, &row.through_service, &row.trace_id, &personal_digest}) {
    AppendPart(bytes, *part);
  }
  return HashLeaf(bytes);
}

}  // namespace hearth
