#include "server/signal/event_token.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "hearth/v1/audit_service.pb.h"
#include "server/authn/jwks.h"
#include "server/signal/courier.h"

namespace hearth {
namespace {

using nlohmann::json;

Keyring Ring(const std::vector<std::string>& lines) {
  const std::string path = testing::TempDir() + "event_token_test_" + std::to_string(getpid());
  std::remove(path.c_str());
  std::ofstream file(path);
  chmod(path.c_str(), 0600);
  for (const std::string& line : lines) file << line << '\n';
  file.close();
  auto ring = Keyring::Load(path);
  EXPECT_TRUE(ring.ok()) << ring.status();
  std::remove(path.c_str());
  return *std::move(ring);
}

Event Sample(v1::EventType type) {
  return {.event_id = "6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10",
          .sequence = 7,
          .type = type,
          .user_id = "user1",
          .user_principal_name = "new@forthcoffee.com",
          .previous_principal_name = "old@forthcoffee.com",
          .create_time = absl::FromUnixSeconds(1'793'534'400),
          .txn = "0b2f6a04-7d1a-4b3e-9a55-0d9f2f6f8f10",
          .sessions_valid_after = absl::InfinitePast(),
          .credential_version = 2};
}

json ClaimsOf(v1::EventType type) {
  return json::parse(EventClaims(Sample(type), "https://hearth.example", "forthcoffee", "portal",
                                 absl::FromUnixSeconds(1'793'534'401)));
}

// RFC 8417, 2.2; SSF 1.0: sub_id and no sub, no exp, one event, a txn for the cause.
TEST(EventTokenTest, ClaimsAreThoseOfTheSpecifications) {
  const json claims = ClaimsOf(v1::EVENT_TYPE_CREDENTIAL_CHANGED);
  EXPECT_EQ(claims["iss"], "https://hearth.example");
  EXPECT_EQ(claims["aud"], "portal");
  EXPECT_EQ(claims["iat"], 1'793'534'401);
  EXPECT_EQ(claims["jti"], "6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10");
  EXPECT_EQ(claims["txn"], "0b2f6a04-7d1a-4b3e-9a55-0d9f2f6f8f10");
  EXPECT_FALSE(claims.contains("sub"));
  EXPECT_FALSE(claims.contains("exp"));
  EXPECT_EQ(claims["sub_id"], json::parse(R"({"format": "complex", "tenant": {"format": "opaque", "id": "forthcoffee"},
      "user": {"format": "opaque", "id": "directories/forthcoffee/users/user1"}})"));
  EXPECT_EQ(claims["events"], json::parse(R"({"https://schemas.openid.net/secevent/caep/event-type/credential-change":
      {"credential_type": "password", "change_type": "update", "event_timestamp": 1793534400}})"));
}

// Seconds are whole. Whoever ends the sessions that began before an event must not spare those of its own second.
TEST(EventTokenTest, TheTimeOfAnEventIsRoundedUp) {
  const auto timestamp = [](v1::EventType type, absl::Time time, absl::Time valid_after = absl::InfinitePast()) {
    Event event = Sample(type);
    event.create_time = time;
    event.sessions_valid_after = valid_after;
    const json claims = json::parse(EventClaims(event, "i", "forthcoffee", "a", absl::UnixEpoch()));
    return claims["events"].begin().value()["event_timestamp"].get<int64_t>();
  };
  const absl::Time whole = absl::FromUnixSeconds(1'793'534'400);
  for (const v1::EventType type : {v1::EVENT_TYPE_SESSIONS_REVOKED, v1::EVENT_TYPE_CREDENTIAL_CHANGED}) {
    EXPECT_EQ(timestamp(type, whole), 1'793'534'400);
    EXPECT_EQ(timestamp(type, whole + absl::Microseconds(1)), 1'793'534'401);
    EXPECT_EQ(timestamp(type, whole + absl::Milliseconds(999)), 1'793'534'401);
  }
  EXPECT_EQ(timestamp(v1::EVENT_TYPE_SESSIONS_REVOKED, whole, whole + absl::Milliseconds(1500)), 1'793'534'402);
  EXPECT_EQ(timestamp(v1::EVENT_TYPE_SESSIONS_REVOKED, whole, whole - absl::Hours(1)), 1'793'534'400);
}

TEST(EventTokenTest, EveryTypeHasASignal) {
  const std::string caep = "https://schemas.openid.net/secevent/caep/event-type/",
                    risc = "https://schemas.openid.net/secevent/risc/event-type/";
  const std::map<v1::EventType, std::string> signals = {
      {v1::EVENT_TYPE_CREDENTIAL_CHANGED, caep + "credential-change"},
      {v1::EVENT_TYPE_SESSIONS_REVOKED, caep + "session-revoked"},
      {v1::EVENT_TYPE_CREDENTIAL_CHANGE_REQUIRED, risc + "account-credential-change-required"},
      {v1::EVENT_TYPE_ACCOUNT_DISABLED, risc + "account-disabled"},
      {v1::EVENT_TYPE_ACCOUNT_ENABLED, risc + "account-enabled"},
      {v1::EVENT_TYPE_ACCOUNT_PURGED, risc + "account-purged"},
      {v1::EVENT_TYPE_RECOVERY_INFORMATION_CHANGED, risc + "recovery-information-changed"},
      {v1::EVENT_TYPE_IDENTIFIER_CHANGED, risc + "identifier-changed"},
      {v1::EVENT_TYPE_RECOVERY_ACTIVATED, risc + "recovery-activated"}};
  for (int number = v1::EventType_MIN + 1; number <= v1::EventType_MAX; ++number) {
    const auto type = static_cast<v1::EventType>(number);
    const json events = ClaimsOf(type)["events"];
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events.begin().key(), signals.at(type));
  }
}

// RISC 1.0, 2.5: the subject is an e-mail address, and it is the old one.
TEST(EventTokenTest, AChangedIdentifierIsToldOfTheOldOne) {
  const json claims = ClaimsOf(v1::EVENT_TYPE_IDENTIFIER_CHANGED);
  EXPECT_EQ(claims["sub_id"], json::parse(R"({"format": "complex", "tenant": {"format": "opaque", "id": "forthcoffee"},
      "user": {"format": "email", "email": "old@forthcoffee.com"}})"));
  EXPECT_EQ(claims["events"], json::parse(R"({"https://schemas.openid.net/secevent/risc/event-type/identifier-changed":
      {"new-value": "new@forthcoffee.com"}})"));
  Event from_before = Sample(v1::EVENT_TYPE_IDENTIFIER_CHANGED);
  from_before.previous_principal_name = "";
  EXPECT_EQ(json::parse(EventClaims(from_before, "i", "forthcoffee", "a", absl::UnixEpoch()))["sub_id"]["user"]["id"],
            "directories/forthcoffee/users/user1");
}

// SSF 1.0, 8.1.4.1: the subject is the stream; state only when there is one.
TEST(EventTokenTest, AVerificationEventIsAboutTheReceiver) {
  const std::string receiver = "directories/forthcoffee/eventReceivers/portal";
  const std::string type = "https://schemas.openid.net/secevent/ssf/event-type/verification";
  const json claims = json::parse(
      VerificationClaims("id-1", "moved", "https://hearth.example", receiver, "portal", absl::FromUnixSeconds(7)));
  EXPECT_EQ(claims["jti"], "id-1");
  EXPECT_EQ(claims["iat"], 7);
  EXPECT_EQ(claims["sub_id"], (json{{"format", "opaque"}, {"id", receiver}}));
  EXPECT_EQ(claims["events"], (json{{type, {{"state", "moved"}}}}));
  const json bare = json::parse(VerificationClaims("id-1", "", "i", receiver, "portal", absl::UnixEpoch()));
  EXPECT_EQ(bare["events"][type], json::object());
}

TEST(EventTokenTest, ATokenIsSignedWithTheKeyThatItNames) {
  const Keyring ring = Ring({"k2 " + std::string(64, '2'), "k1 " + std::string(64, '1')});
  const EventTokens tokens(&ring, "https://hearth.example");
  const std::string token =
      tokens.Sign(Sample(v1::EVENT_TYPE_SESSIONS_REVOKED), "forthcoffee", "portal", absl::UnixEpoch());
  const std::vector<std::string> parts = absl::StrSplit(token, '.');
  ASSERT_EQ(parts.size(), 3u);
  std::string header;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(parts[0], &header));
  EXPECT_EQ(json::parse(header), json::parse(R"({"alg": "ES256", "typ": "secevent+jwt", "kid": "k2"})"));
  const json keys = json::parse(tokens.PublicKeys())["keys"];
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0]["kid"], "k2");
  EXPECT_NE(keys[0]["x"], keys[1]["x"]);
  for (const json& key : keys) EXPECT_FALSE(key.contains("d")) << "a public key";
  EXPECT_TRUE(KeySet::Parse(tokens.PublicKeys()).ok()) << "as an issuer's keys would be read";
}

TEST(EventTokenTest, WaitsDoubleUpToTenMinutes) {
  EXPECT_EQ(WaitAfter(1), absl::Seconds(1));
  EXPECT_EQ(WaitAfter(2), absl::Seconds(2));
  EXPECT_EQ(WaitAfter(5), absl::Seconds(16));
  EXPECT_EQ(WaitAfter(11), absl::Minutes(10));
  EXPECT_EQ(WaitAfter(1'000'000), absl::Minutes(10));
}

}  // namespace
}  // namespace hearth
