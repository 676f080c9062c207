#include "server/audit/audit_row.h"

#include <set>

#include "gmock/gmock.h"
#include "server/audit/audit_proto.h"
#include "server/audit/merkle.h"
#include "server/base/hex.h"

namespace hearth {
namespace {

AuditRow Sample() {
  return {.directory = "forthcoffee",
          .event_id = "6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10",
          .create_time = absl::FromUnixMicros(1'700'000'000'123'456),
          .action = "password.reset",
          .verdict = "refused",
          .reason = "NOT_HOME_DIRECTORY",
          .actor_directory = "contoso",
          .actor_kind = "person",
          .rpc = "ResetPasswordService/ResetPassword",
          .through_service = "portal",
          .trace_id = "0af7651916cd43dd8448eb211c80319c",
          .personal = AuditPersonal{.salt = std::string(32, 's'),
                                    .actor = "admin",
                                    .target = "directories/contoso/users/user1",
                                    .target_principal_name = "user1@forthcoffee.com",
                                    .peer = "ipv4:10.0.0.1:1"}};
}

std::string Part(const std::string& text) {
  return std::string{'\0', '\0', static_cast<char>(text.size() >> 8), static_cast<char>(text.size())} + text;
}

// By the words of audit_service.proto, and not by our functions.
TEST(AuditRowTest, TheLeafIsWhatTheContractSays) {
  const std::string personal =
      Sha256(Part("hearth.audit.personal.v1") + Part(std::string(32, 's')) + Part("admin") +
             Part("directories/contoso/users/user1") + Part("user1@forthcoffee.com") + Part("ipv4:10.0.0.1:1"));
  EXPECT_EQ(PersonalDigest(*Sample().personal), personal);
  const std::string micros = FromHex("00060a2418202240");
  EXPECT_EQ(LeafHash(Sample(), personal),
            Sha256(std::string(1, '\0') + Part("hearth.audit.row.v1") + Part("forthcoffee") +
                   Part("6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10") + Part(micros) + Part("password.reset") +
                   Part("refused") + Part("NOT_HOME_DIRECTORY") + Part("contoso") + Part("person") +
                   Part("ResetPasswordService/ResetPassword") + Part("portal") +
                   Part("0af7651916cd43dd8448eb211c80319c") + Part(personal)));
}

TEST(AuditRowTest, EveryFieldCounts) {
  const std::string digest = PersonalDigest(*Sample().personal);
  std::set<std::string> leaves = {LeafHash(Sample(), digest)};
  for (std::string AuditRow::* const field :
       {&AuditRow::directory, &AuditRow::event_id, &AuditRow::action, &AuditRow::verdict, &AuditRow::reason,
        &AuditRow::actor_directory, &AuditRow::actor_kind, &AuditRow::rpc, &AuditRow::through_service,
        &AuditRow::trace_id}) {
    AuditRow row = Sample();
    row.*field += "x";
    leaves.insert(LeafHash(row, digest));
  }
  AuditRow later = Sample();
  later.create_time += absl::Microseconds(1);
  leaves.insert(LeafHash(later, digest));
  leaves.insert(LeafHash(Sample(), std::string(32, 'x')));
  EXPECT_EQ(leaves.size(), 13u);

  std::set<std::string> digests = {digest};
  for (std::string AuditPersonal::* const field : {&AuditPersonal::salt, &AuditPersonal::actor, &AuditPersonal::target,
                                                   &AuditPersonal::target_principal_name, &AuditPersonal::peer}) {
    AuditPersonal personal = *Sample().personal;
    personal.*field += "x";
    digests.insert(PersonalDigest(personal));
  }
  EXPECT_EQ(digests.size(), 6u);
}

TEST(AuditRowTest, WhatMovesFromOneFieldToTheNextGivesAnotherLeaf) {
  AuditRow one = Sample(), other = Sample();
  one.rpc = "ab", one.through_service = "c";
  other.rpc = "a", other.through_service = "bc";
  EXPECT_NE(LeafHash(one, std::string(32, 'x')), LeafHash(other, std::string(32, 'x')));
}

TEST(AuditRowTest, AMessageHasAllOfIt) {
  const v1::AuditEvent event = ToProto(Sample(), 7, std::string(32, '\1'), std::string(32, '\2'));
  EXPECT_EQ(event.name(), "directories/forthcoffee/auditEvents/6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10");
  EXPECT_EQ(event.sequence(), 7);
  EXPECT_EQ(event.create_time().nanos(), 123'456'000);
  EXPECT_EQ(event.verdict(), v1::AUDIT_VERDICT_REFUSED);
  EXPECT_EQ(event.personal().salt(), ToHex(std::string(32, 's')));
  EXPECT_EQ(FromHex(event.leaf_hash()), std::string(32, '\2'));
  AuditRow erased = Sample();
  erased.personal.reset();
  EXPECT_FALSE(ToProto(erased, 7, "", "").has_personal());
}

}  // namespace
}  // namespace hearth
