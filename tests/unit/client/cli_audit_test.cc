// hearth audit and hearth events.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "hearth/v1/audit_service.pb.h"
#include "hearth/v1/event_receiver_service.pb.h"
#include "tests/unit/client/cli_fixture.h"

namespace hearth::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AuditCommandTest : public CliTest {
 protected:
  AuditCommandTest() { environment_["HEARTH_DIRECTORY"] = "forthcoffee"; }

  static v1::ListAuditEventsResponse Page(int64_t sequence, const std::string& next) {
    v1::ListAuditEventsResponse page;
    v1::AuditEvent& event = *page.add_audit_events();
    event.set_name("directories/forthcoffee/auditEvents/e" + std::to_string(sequence));
    event.set_sequence(sequence);
    event.set_action("password.reset");
    event.mutable_personal()->set_target("a\x1b[2J\n{\"b\"}");
    page.set_next_page_token(next);
    return page;
  }
  static v1::WatchEventsResponse Happened(const std::string& user, const std::string& token) {
    v1::WatchEventsResponse response;
    v1::Event& event = *response.add_events();
    event.set_event_id("id-" + user);
    event.set_type(v1::EVENT_TYPE_SESSIONS_REVOKED);
    event.set_user("directories/forthcoffee/users/" + user);
    event.mutable_create_time()->set_seconds(1'800'000'000);
    response.set_resume_token(token);
    return response;
  }
  static v1::PollEventsResponse Polled(const std::string& claims) {
    v1::PollEventsResponse response;
    v1::EventToken& token = *response.add_sets();
    token.set_event_id("id-1");
    token.set_jws("e30." + absl::WebSafeBase64Escape(claims) + ".c2lnbmVk");
    return response;
  }
  static constexpr char kClaims[] =
      R"({"iat":1800000001,"jti":"id-1","sub_id":{"format":"complex","tenant":{"format":"opaque","id":"forthcoffee"},)"
      R"("user":{"format":"opaque","id":"directories/forthcoffee/users/user1"}},)"
      R"("events":{"https://schemas.openid.net/secevent/caep/event-type/session-revoked":{"event_timestamp":1800000000}}})";
  static constexpr char kShort[] = "2027-01-15T08:00:00Z  session-revoked  directories/forthcoffee/users/user1\n";
  grpc::Status NoMore() {
    return client::Refusal(grpc::StatusCode::PERMISSION_DENIED, "Not any more.", "PERMISSION_MISSING");
  }
  std::string ContentOf(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(AuditCommandTest, ExportsALineARowWhateverTheRowSays) {
  hearth_.Answer(Page(0, "more"));
  hearth_.Answer(Page(1, ""));
  const Result result = Run({"audit", "export"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 2);
  EXPECT_EQ(result.out.find('\x1b'), std::string::npos);
  EXPECT_THAT(result.out, HasSubstr("\"name\":\"directories/forthcoffee/auditEvents/e0\",\"sequence\":\"0\""));
  ASSERT_EQ(hearth_.calls().size(), 2u);
  const auto request = hearth_.last<v1::ListAuditEventsRequest>();
  EXPECT_EQ(request.parent(), "directories/forthcoffee");
  EXPECT_EQ(request.page_token(), "more");
  EXPECT_TRUE(request.show_removed());
}

TEST_F(AuditCommandTest, AFilteredExportHasNothingOfRemovedRows) {
  hearth_.Answer(Page(0, ""));
  const std::string out = home_ + "/audit.jsonl";
  EXPECT_EQ(Run({"audit", "export", "--filter", "verdict = REFUSED", "--out", out}).exit_code, 0);
  EXPECT_FALSE(hearth_.last<v1::ListAuditEventsRequest>().show_removed());
  EXPECT_EQ(hearth_.last<v1::ListAuditEventsRequest>().filter(), "verdict = REFUSED");
  EXPECT_THAT(ContentOf(out), HasSubstr("password.reset"));
}

TEST_F(AuditCommandTest, VerifiesWithoutAServerAndTrustsNobody) {
  environment_.erase("HEARTH_SERVER");
  const std::string keys = FileWith("keys", "k1 " + std::string(64, '1') + "\n");
  const std::string heads = FileWith(
      "heads", "{\"directory\":\"directories/forthcoffee\",\"size\":\"1\",\"root_hash\":\"" + std::string(64, '0') +
                   "\",\"seal_time\":\"2026-11-01T00:00:00Z\",\"key_id\":\"k1\",\"signature\":\"" +
                   std::string(128, '0') + "\"}\n");
  const Result forged =
      Run({"audit", "verify", "--rows", FileWith("rows", ""), "--checkpoints", heads, "--keys", keys});
  EXPECT_EQ(forged.exit_code, 1);
  EXPECT_THAT(forged.err, HasSubstr("is not signed by a key that is trusted"));
  EXPECT_EQ(
      Run({"audit", "verify", "--rows", FileWith("rows", ""), "--checkpoints", FileWith("none", ""), "--keys", keys})
          .exit_code,
      2)
      << "nothing was proved";
  EXPECT_EQ(Run({"audit", "verify", "--rows", FileWith("rows", "no json\n"), "--checkpoints", FileWith("none", ""),
                 "--keys", keys})
                .exit_code,
            2);
  EXPECT_EQ(Run({"audit", "verify", "--rows", home_ + "/absent", "--checkpoints", FileWith("none", ""), "--keys", keys})
                .exit_code,
            2);
  EXPECT_THAT(hearth_.calls(), IsEmpty());
}

// A full disk, or a machine that was lost, cut one line off.
TEST_F(AuditCommandTest, ALineOfHeadsThatIsTornIsPassedOverWithAWarning) {
  const std::string keys = FileWith("keys", "k1 " + std::string(64, '1') + "\n");
  const std::string heads = FileWith(
      "heads",
      "{\"directory\":\"directories/forthcoffee\",\"size\":\"1\",\"root_h\n"
      "{\"directory\":\"directories/forthcoffee\",\"size\":\"1\",\"root_hash\":\"" +
          std::string(64, '0') + "\",\"seal_time\":\"2026-11-01T00:00:00Z\",\"key_id\":\"k1\",\"signature\":\"" +
          std::string(128, '0') + "\"}\n");
  const Result result =
      Run({"audit", "verify", "--rows", FileWith("rows", ""), "--checkpoints", heads, "--keys", keys});
  EXPECT_THAT(result.err, HasSubstr("warning: " + heads + ", line 1"));
  EXPECT_THAT(result.err, HasSubstr("line 2: ")) << "the next one was looked at";
  EXPECT_EQ(result.exit_code, 1);
}

TEST_F(AuditCommandTest, ACheckThatFindsSomethingSaysWhichRow) {
  v1::VerifyAuditResponse progress, found;
  progress.set_checked(5000);
  found.set_checked(7);
  found.set_finding(v1::VerifyAuditResponse::FINDING_ROW_CHANGED);
  found.set_first_bad(7);
  found.set_first_bad_name("directories/forthcoffee/auditEvents/e7");
  found.set_detail("The row is not what was sealed.");
  hearth_.Answer(progress);
  hearth_.Answer(found);
  const Result result = Run({"audit", "check", "--kept-size", "5", "--kept-root-hash", std::string(64, 'a')});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out, HasSubstr("first bad row 7: directories/forthcoffee/auditEvents/e7"));
  EXPECT_EQ(hearth_.last<v1::VerifyAuditRequest>().kept_size(), 5);
  found.set_finding(v1::VerifyAuditResponse::FINDING_INTACT);
  hearth_.Answer(found);
  EXPECT_EQ(Run({"audit", "check"}).exit_code, 0);
}

TEST_F(AuditCommandTest, ListensAndKeepsItsPlace) {
  const std::string place = FileWith("place", "begin-here\n");
  hearth_.Answer(Happened("user1", "place-1"));
  hearth_.Answer(Happened("user2", "place-2"));
  hearth_.Answer(client::Refusal(grpc::StatusCode::UNAVAILABLE, "Stopping.", "SHUTTING_DOWN"));
  hearth_.Answer(Happened("user3", "place-3"));
  hearth_.Answer(NoMore());
  const Result result = Run({"events", "listen", "--resume-file", place, "--type", "sessions_revoked"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.out, HasSubstr("2027-01-15T08:00:00Z  sessions_revoked  directories/forthcoffee/users/user1"));
  EXPECT_THAT(result.out, HasSubstr("user3"));
  EXPECT_THAT(result.err, HasSubstr("SHUTTING_DOWN"));
  EXPECT_EQ(ContentOf(place), "place-3\n");
  ASSERT_EQ(hearth_.calls().size(), 2u);
  const auto& first = static_cast<const v1::WatchEventsRequest&>(*hearth_.calls()[0].request);
  EXPECT_EQ(first.resume_token(), "begin-here");
  EXPECT_EQ(first.types(0), v1::EVENT_TYPE_SESSIONS_REVOKED);
  EXPECT_EQ(hearth_.last<v1::WatchEventsRequest>().resume_token(), "place-2");
}

// A failure of the network has no reason of the contract.
TEST_F(AuditCommandTest, WhatBrokeOffTheStreamIsSaid) {
  hearth_.Answer(grpc::Status(grpc::StatusCode::UNAVAILABLE, "connection lost\x1b[2J"));
  hearth_.Answer(NoMore());
  EXPECT_THAT(Run({"events", "listen"}).err, HasSubstr("The stream broke off (connection lost\\u{1b}[2J); again."));
}

TEST_F(AuditCommandTest, APlaceThatCannotBeKeptIsSaidBeforeAnythingIsTold) {
  const Result result = Run({"events", "listen", "--resume-file", home_ + "/no/such/place"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("Cannot write the file " + home_ + "/no/such/place: No such file or directory."));
  const Result heads = Run({"events", "listen", "--checkpoints", home_});
  EXPECT_EQ(heads.exit_code, 2);
  EXPECT_THAT(heads.err, HasSubstr("Cannot write the file " + home_ + ": Is a directory."));
  EXPECT_THAT(hearth_.calls(), IsEmpty());
}

TEST_F(AuditCommandTest, HeadsThatComeAlongAreKeptOnceEach) {
  v1::WatchEventsResponse beat;
  beat.set_resume_token("place");
  beat.mutable_checkpoint()->set_directory("directories/forthcoffee");
  for (const int size : {5, 5, 6}) {
    beat.mutable_checkpoint()->set_size(size);
    hearth_.Answer(beat);
  }
  hearth_.Answer(NoMore());
  const std::string heads = FileWith("heads", "kept before\n");
  EXPECT_EQ(Run({"events", "listen", "--checkpoints", heads}).exit_code, 5);
  const std::string line = "\\{\"directory\":\"directories/forthcoffee\",\"size\":\"";
  EXPECT_THAT(ContentOf(heads), ::testing::MatchesRegex("kept before\n" + line + "5\"[^\n]*\n" + line + "6\"[^\n]*\n"));
}

TEST_F(AuditCommandTest, TokensOfAReceiverAreShownAsClaimsOrAsSigned) {
  const auto listen = [&](std::vector<std::string> more) {
    hearth_.Answer(Polled(kClaims));
    hearth_.Answer(NoMore());
    std::vector<std::string> command = {"events", "listen", "--receiver", "inside"};
    command.insert(command.end(), more.begin(), more.end());
    const Result result = Run(command);
    EXPECT_EQ(result.exit_code, 5) << result.err;
    return result.out;
  };
  EXPECT_EQ(listen({}), kShort);
  EXPECT_THAT(listen({"-o", "json"}), HasSubstr("\"jti\":\"id-1\""));
  EXPECT_EQ(listen({"--format", "set"}), Polled(kClaims).sets(0).jws() + "\n");
  const auto asked = hearth_.last<v1::PollEventsRequest>();
  EXPECT_EQ(asked.name(), "directories/forthcoffee/eventReceivers/inside");
  EXPECT_THAT(asked.acks(), ::testing::ElementsAre("id-1"));
  EXPECT_EQ(Run({"events", "listen", "--format", "set"}).exit_code, 2) << "of which receiver?";
  EXPECT_EQ(Run({"events", "listen", "--receiver", "inside", "--type", "sessions_revoked"}).exit_code, 2);
}

TEST_F(AuditCommandTest, APollShowsWhatItsTokensSayAndNothingElse) {
  hearth_.Answer(Polled(kClaims));
  EXPECT_THAT(Run({"events", "poll", "inside"}).out, HasSubstr(kShort));
  hearth_.Answer(Polled(kClaims));
  EXPECT_THAT(Run({"events", "poll", "inside", "-o", "json"}).out, ::testing::Not(HasSubstr("session-revoked")));
  for (const char* claims : {"[]", "{\"events\":[1]}", "{\"events\":{\"\\u001b[2J\":7}}", "\xff"}) {
    hearth_.Answer(Polled(claims));
    const Result result = Run({"events", "poll", "inside"});
    EXPECT_EQ(result.exit_code, 0) << claims;
    EXPECT_EQ(result.out.find('\x1b'), std::string::npos);
  }
}

TEST_F(AuditCommandTest, EventsAsJsonAreALineEach) {
  hearth_.Answer(Happened("user1", "place-1"));
  hearth_.Answer(NoMore());
  const Result result = Run({"events", "listen", "-o", "json"});
  EXPECT_THAT(result.out, HasSubstr("{\"event_id\":\"id-user1\""));
  EXPECT_EQ(Run({"events", "listen", "--type", "nothing_known"}).exit_code, 2);
}

TEST_F(AuditCommandTest, AsksForACheckpointThatTheKeptOneIsPartOf) {
  EXPECT_EQ(Run({"audit", "checkpoint", "--kept-size", "4294967296"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::GetAuditCheckpointRequest>().kept_size(), int64_t{1} << 32);
  EXPECT_EQ(Run({"audit", "checkpoint", "--kept-size", "all"}).exit_code, 2);
}

}  // namespace
}  // namespace hearth::cli
