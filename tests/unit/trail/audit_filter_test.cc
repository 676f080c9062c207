#include "server/trail/audit_filter.h"

#include "tests/support/status_matchers.h"

namespace hearth {
namespace {

using test::IsOk;
using test::ViolatesField;

TEST(AuditFilterTest, AnEmptyFilterLetsEverythingThrough) {
  const auto filter = ParseAuditFilter("");
  ASSERT_THAT(filter, IsOk());
  EXPECT_EQ(filter->action, "");
  EXPECT_EQ(filter->from, absl::InfinitePast());
  EXPECT_EQ(filter->before, absl::InfiniteFuture());
}

TEST(AuditFilterTest, FieldsAreComparedForEquality) {
  const auto filter = ParseAuditFilter(
      "action = password.reset AND verdict=REFUSED AND reason = NOT_HOME_DIRECTORY AND service = portal AND actor = ann"
      " AND actor_directory = contoso AND target = \"directories/contoso/users/user1\""
      " AND target_principal_name = \"user1@forthcoffee.com\" AND event_id = 6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10");
  ASSERT_THAT(filter, IsOk());
  EXPECT_EQ(filter->action, "password.reset");
  EXPECT_EQ(filter->verdict, "refused");
  EXPECT_EQ(filter->reason, "NOT_HOME_DIRECTORY");
  EXPECT_EQ(filter->through_service, "portal");
  EXPECT_EQ(filter->actor, "ann");
  EXPECT_EQ(filter->actor_directory, "contoso");
  EXPECT_EQ(filter->target, "directories/contoso/users/user1");
  EXPECT_EQ(filter->target_principal_name, "user1@forthcoffee.com");
  EXPECT_EQ(filter->event_id, "6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10");
}

TEST(AuditFilterTest, TimesAreBounds) {
  const absl::Time noon = absl::FromUnixSeconds(1'793'534'400);
  const std::string text = "\"" + absl::FormatTime(absl::RFC3339_full, noon, absl::UTCTimeZone()) + "\"";
  const auto bounds = [&](const std::string& op) {
    const auto filter = ParseAuditFilter("create_time " + op + " " + text);
    EXPECT_THAT(filter, IsOk()) << op;
    return filter.ok() ? std::pair(filter->from, filter->before) : std::pair<absl::Time, absl::Time>();
  };
  const absl::Duration tick = absl::Microseconds(1);
  EXPECT_EQ(bounds(">="), std::pair(noon, absl::InfiniteFuture()));
  EXPECT_EQ(bounds(">"), std::pair(noon + tick, absl::InfiniteFuture()));
  EXPECT_EQ(bounds("<"), std::pair(absl::InfinitePast(), noon));
  EXPECT_EQ(bounds("<="), std::pair(absl::InfinitePast(), noon + tick));
  EXPECT_EQ(bounds("="), std::pair(noon, noon + tick));
  const auto both =
      ParseAuditFilter("create_time >= " + text + " AND create_time > " + text + " AND create_time < " + text);
  ASSERT_THAT(both, IsOk());
  EXPECT_EQ(both->from, noon + tick);
  EXPECT_EQ(both->before, noon);
}

TEST(AuditFilterTest, WhatIsNoFilterIsRefused) {
  for (const std::string bad : {"action",
                                "action =",
                                "= x",
                                "action == x",
                                "action != x",
                                "action > x",
                                "action = a action = b",
                                "action = a AND action = b",
                                "action = a OR verdict = FAILED",
                                "verdict = MAYBE",
                                "event_id = 7",
                                "event_id = 6F1C7B0E-7D1A-4B3E-9A55-0D9F2F6F8F10",
                                "event_id = 6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f1x",
                                "event_id = 6f1c7b0ee7d1a-4b3e-9a55-0d9f2f6f8f10",
                                "peer = x",
                                "salt = x",
                                "personal.actor = x",
                                "create_time > now",
                                "create_time > \"2026-11-01\"",
                                "create_time >> \"2026-11-01T00:00:00Z\"",
                                "create_time > \"infinite-future\"",
                                "create_time > \"9999-01-01T00:00:00Z\"",
                                "action = \"x"}) {
    EXPECT_THAT(ParseAuditFilter(bad), ViolatesField("filter")) << bad;
  }
}

}  // namespace
}  // namespace hearth
