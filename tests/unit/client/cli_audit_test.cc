// hearth audit and hearth events.
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "hearth/v1/audit_service.pb.h"
#include "hearth/v1/event_receiver_service.pb.h"
#include "tests/unit/audit/signed_log.h"
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

// Files of a log of three rows, sealed one by one on the last three days.
class AuditVerifyTest : public AuditCommandTest {
 protected:
  AuditVerifyTest() {
    for (int i = 0; i < 3; ++i)
      heads_.push_back(log_.Seal(absl::Now() - (3 - i) * absl::Hours(24), absl::StrCat("row-", i)));
  }
  static std::string Json(const google::protobuf::Message& message, bool on_several_lines = false) {
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    options.add_whitespace = on_several_lines;
    std::string json;
    EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &json, options).ok());
    return on_several_lines ? json : json + "\n";
  }
  static v1::GetAuditCheckpointResponse Response(const v1::AuditCheckpoint& head) {
    v1::GetAuditCheckpointResponse response;
    *response.mutable_checkpoint() = head;
    response.set_public_key(std::string(64, '0'));  // Whatever it says: only keys that were given are trusted.
    return response;
  }
  std::string Keys() { return FileWith("keys", "k1 " + log_.keys().at("k1") + "\n"); }
  Result Verify(const std::string& checkpoints, const std::vector<std::string>& more = {}) {
    std::string rows;
    for (const v1::AuditEvent& row : log_.rows()) rows += Json(row);
    std::vector<std::string> arguments = {
        "audit",  "verify", "--rows", FileWith("rows", rows), "--checkpoints", FileWith("heads", checkpoints),
        "--keys", Keys()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }

  const Keyring ring_ = test::OneKey();
  const HeadSigner signer_{&ring_};
  test::SignedLog log_{&signer_};
  std::vector<v1::AuditCheckpoint> heads_;
};

TEST_F(AuditVerifyTest, TakesCheckpointsAsTheyWereWrittenAndPassesOverTornLines) {
  const Result result =
      Verify(Json(heads_[0]) + "{\"directory\":\"directories/forthc\n" + Json(heads_[1]) + "no json\n" +
             Json(Response(heads_[2]), true) + Json(Response(heads_[1])) + "\n{\"directory\": \"dir");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("The log is intact: 3 rows, the first 3 of them proved"));
  EXPECT_THAT(result.err, HasSubstr("heads, line 2: is not a checkpoint in JSON; passed over."));
  EXPECT_THAT(result.err, HasSubstr("heads, line 4: is not"));
  EXPECT_EQ(Verify("torn\n").exit_code, 2) << "nothing was proved";
}

TEST_F(AuditVerifyTest, AnswersPrograms) {
  const std::string heads = Json(heads_[0]) + "torn\n" + Json(heads_[2]);
  const auto intact = nlohmann::json::parse(Verify(heads, {"-o", "json"}).out);
  EXPECT_EQ(intact["intact"], true);
  EXPECT_EQ(intact["rows"], 3);
  EXPECT_EQ(intact["proved"], 3);
  EXPECT_EQ(intact["removed"], 0);
  EXPECT_EQ(intact["skipped_checkpoints"], 1);
  log_.rows()[1].set_reason("CONFLICT");
  const Result found = Verify(heads, {"-o", "json"});
  EXPECT_EQ(found.exit_code, 1);
  const auto wrong = nlohmann::json::parse(found.out);
  EXPECT_EQ(wrong["intact"], false);
  EXPECT_THAT(wrong["detail"].get<std::string>(), HasSubstr("Row 1 (directories/forthcoffee/auditEvents/"));
}

TEST_F(AuditVerifyTest, RowsOfTheseDaysAreNotRemovedByAPolicy) {
  const std::string heads = Json(heads_[0]) + Json(heads_[1]) + Json(heads_[2]);
  log_.Remove(0);
  const Result unshown = Verify(heads);
  EXPECT_EQ(unshown.exit_code, 2);
  EXPECT_THAT(unshown.err, HasSubstr("the checkpoints do not show that it was 30 days old"));
  log_.Remove(1);
  const Result found = Verify(heads);
  EXPECT_EQ(found.exit_code, 1);
  EXPECT_THAT(found.err, HasSubstr("Row 1 (directories/forthcoffee/auditEvents/"));
}

TEST_F(AuditVerifyTest, WhatIsSealedAfterTheExportNeedNotBeInIt) {
  const std::string later = Json(log_.Seal(absl::Now(), "later"));
  log_.rows().pop_back();
  EXPECT_EQ(Verify(Json(heads_[2]) + later).exit_code, 0);
  log_.rows().pop_back();
  const Result cut = Verify(Json(heads_[1]) + Json(heads_[2]));
  EXPECT_EQ(cut.exit_code, 1);
  EXPECT_THAT(cut.err, HasSubstr("ends after 2 rows; there is a checkpoint of 3"));
}

TEST_F(AuditVerifyTest, ACheckpointIsShownWithWhatItProves) {
  // The log of one row and that of two: its proof is the second leaf.
  v1::GetAuditCheckpointResponse response = Response(heads_[1]);
  response.add_consistency(log_.rows()[1].leaf_hash());
  response.mutable_inclusion()->set_sequence(1);
  response.mutable_inclusion()->set_leaf_hash(log_.rows()[1].leaf_hash());
  response.mutable_inclusion()->add_path(log_.rows()[0].leaf_hash());
  const std::string id = "6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10";
  hearth_.Answer(response);
  const Result good = Run({"audit", "checkpoint", "--kept-size", "1", "--kept-root-hash", heads_[0].root_hash(),
                           "--event-id", id, "--keys", Keys(), "-o", "json"});
  EXPECT_EQ(good.exit_code, 0) << good.err;
  EXPECT_EQ(nlohmann::json::parse(good.out)["checkpoint"]["size"], "2");
  EXPECT_THAT(good.err, HasSubstr("signed by a key that is trusted"));
  EXPECT_THAT(good.err, HasSubstr("begins with the 1 rows that were kept"));
  EXPECT_THAT(good.err, HasSubstr("Its row 1 has the leaf " + log_.rows()[1].leaf_hash()));
  EXPECT_EQ(hearth_.last<v1::GetAuditCheckpointRequest>().kept_size(), 1);
  EXPECT_EQ(hearth_.last<v1::GetAuditCheckpointRequest>().event_id(), id);
  EXPECT_EQ(hearth_.last<v1::GetAuditCheckpointRequest>().name(), "directories/forthcoffee");

  hearth_.Answer(response);
  const Result forked = Run({"audit", "checkpoint", "--kept-size", "1", "--kept-root-hash", std::string(64, 'a')});
  EXPECT_EQ(forked.exit_code, 1);
  EXPECT_THAT(forked.err, HasSubstr("the 1 rows that were kept do not begin"));
  response.mutable_inclusion()->set_sequence(0);
  hearth_.Answer(response);
  EXPECT_EQ(Run({"audit", "checkpoint", "--event-id", id}).exit_code, 1);
  response.mutable_checkpoint()->set_size(3);
  hearth_.Answer(response);
  EXPECT_THAT(Run({"audit", "checkpoint", "--keys", Keys()}).err, HasSubstr("is not signed by a key that is trusted"));
  hearth_.Answer(response);
  EXPECT_THAT(Run({"audit", "checkpoint", "contoso"}).err, HasSubstr("The checkpoint is not of directories/contoso"));
}

TEST_F(AuditVerifyTest, AProofCanBeAskedForAndKept) {
  hearth_.Answer(Response(heads_[2]));
  EXPECT_EQ(Run({"audit", "checkpoint", "--kept-size", "1"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::GetAuditCheckpointRequest>().kept_size(), 1);
  EXPECT_EQ(Run({"audit", "checkpoint", "--kept-size", "many"}).exit_code, 2);
  EXPECT_EQ(Run({"audit", "checkpoint", "--kept-root-hash", std::string(64, 'a')}).exit_code, 2);
}

TEST_F(AuditCommandTest, TheFilterOfTheAuditHasAHelpOfItsOwn) {
  for (const char* command : {"list", "export"}) {
    const std::string help = Run({"audit", command, "--help"}).out;
    EXPECT_THAT(help, HasSubstr("target_principal_name"));
    EXPECT_THAT(help, testing::Not(HasSubstr("PENDING_ACCEPTANCE")));
  }
  EXPECT_THAT(Run({"guest", "list", "--help"}).out, HasSubstr("PENDING_ACCEPTANCE"));
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
  EXPECT_EQ(Run({"audit", "checkpoint", "--kept-size", "4294967296"}).exit_code, 1) << "an empty answer proves nothing";
  EXPECT_EQ(hearth_.last<v1::GetAuditCheckpointRequest>().kept_size(), int64_t{1} << 32);
  EXPECT_EQ(Run({"audit", "checkpoint", "--kept-size", "all"}).exit_code, 2);
}

}  // namespace
}  // namespace hearth::cli
