// What a program that uses hearth::client can rely on, against a real gRPC server.
#include "hearth/client/client.h"

#include <fstream>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/dynamic_message.h"
#include "gtest/gtest.h"
#include "hearth/client/health.h"
#include "hearth/client/paging.h"
#include "tests/unit/client/fake_hearth.h"

namespace hearth::client {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr char kUuid4[] = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
const grpc::Status kUnavailable(grpc::StatusCode::UNAVAILABLE, "not now");

class ClientTest : public ::testing::Test {
 protected:
  Options FastOptions() const {
    Options options;
    options.server = hearth_.address();
    options.plaintext = true;
    options.retry.initial_backoff = absl::Milliseconds(5);
    return options;
  }
  Client NewClient() const { return *Client::Create(FastOptions()); }

  static v1::ResetPasswordRequest ResetOf(const std::string& name) {
    v1::ResetPasswordRequest request;
    request.set_user_principal_name(name);
    return request;
  }

  FakeHearth hearth_;
};

TEST_F(ClientTest, ReturnsTheResponse) {
  v1::GetUserResponse response;
  response.mutable_user()->set_display_name("User One");
  hearth_.Answer(response);
  const absl::StatusOr<v1::GetUserResponse> got = NewClient().GetUser({});
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->user().display_name(), "User One");
}

TEST_F(ClientTest, RepeatsAReadThatIsUnavailable) {
  hearth_.Answer(kUnavailable);
  hearth_.Answer(kUnavailable);
  EXPECT_TRUE(NewClient().GetUser({}).ok());
  EXPECT_THAT(hearth_.calls(), SizeIs(3));
}

TEST_F(ClientTest, GivesUpAfterTheAttemptsItMayMake) {
  Options options = FastOptions();
  options.retry.max_attempts = 3;
  for (int i = 0; i < 5; ++i) hearth_.Answer(kUnavailable);
  EXPECT_EQ(Client::Create(options)->GetUser({}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(hearth_.calls(), SizeIs(3));
}

TEST_F(ClientTest, NamesAChangeSoThatItCanBeRepeated) {
  hearth_.Answer(kUnavailable);
  hearth_.Answer(kUnavailable);
  const v1::ResetPasswordRequest request = ResetOf("user1@forthcoffee.com");
  ASSERT_TRUE(NewClient().ResetPassword(request).ok());

  std::vector<std::string> ids;
  for (const auto& call : hearth_.calls()) {
    ids.push_back(static_cast<const v1::ResetPasswordRequest&>(*call.request).request_id());
  }
  ASSERT_THAT(ids, SizeIs(3));
  EXPECT_THAT(ids[0], MatchesRegex(kUuid4));
  EXPECT_EQ(ids[1], ids[0]);
  EXPECT_EQ(ids[2], ids[0]);
  EXPECT_EQ(request.request_id(), "") << "the caller's request is not altered";
}

TEST_F(ClientTest, NamesEveryChangeDifferently) {
  const Client client = NewClient();
  ASSERT_TRUE(client.ResetPassword(ResetOf("a@b.c")).ok());
  const std::string first = hearth_.last<v1::ResetPasswordRequest>().request_id();
  ASSERT_TRUE(client.ResetPassword(ResetOf("a@b.c")).ok());
  EXPECT_NE(hearth_.last<v1::ResetPasswordRequest>().request_id(), first);
}

TEST_F(ClientTest, KeepsTheNameThatTheCallerGave) {
  v1::ResetPasswordRequest request = ResetOf("a@b.c");
  request.set_request_id("0d4c3d1c-0b4b-4c2b-9d1a-0123456789ab");
  ASSERT_TRUE(NewClient().ResetPassword(request).ok());
  EXPECT_EQ(hearth_.last<v1::ResetPasswordRequest>().request_id(), request.request_id());
}

TEST_F(ClientTest, TellsUnderWhichNameAFailedChangeCanBeRepeated) {
  hearth_.Answer(grpc::Status(grpc::StatusCode::INTERNAL, "?"));
  const absl::Status status = NewClient().ResetPassword(ResetOf("a@b.c")).status();
  EXPECT_EQ(Error::From(status).request_id, hearth_.last<v1::ResetPasswordRequest>().request_id());
}

TEST_F(ClientTest, TellsUnderWhichIdTheServerHasAFailedCall) {
  hearth_.Answer(grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "no"));
  EXPECT_EQ(Error::From(NewClient().ResetPassword(ResetOf("a@b.c")).status()).call_id, kCallId);
  EXPECT_EQ(Error::From(absl::CancelledError("never sent")).call_id, "");
}

TEST_F(ClientTest, WaitsAsLongAsTheServerAsks) {
  for (const auto code :
       {grpc::StatusCode::RESOURCE_EXHAUSTED, grpc::StatusCode::ABORTED, grpc::StatusCode::UNAVAILABLE}) {
    const size_t before = hearth_.calls().size();
    hearth_.Answer(RefusalWithDelay(code, milliseconds(200)));
    ASSERT_TRUE(NewClient().GetUser({}).ok());
    const auto calls = hearth_.calls();
    ASSERT_EQ(calls.size(), before + 2);
    EXPECT_GE(calls[before + 1].when - calls[before].when, milliseconds(200));
  }
}

TEST_F(ClientTest, DoesNotRepeatARefusalThatDoesNotAskForIt) {
  for (const auto code : {grpc::StatusCode::RESOURCE_EXHAUSTED, grpc::StatusCode::ABORTED, grpc::StatusCode::INTERNAL,
                          grpc::StatusCode::PERMISSION_DENIED, grpc::StatusCode::DEADLINE_EXCEEDED}) {
    const size_t before = hearth_.calls().size();
    hearth_.Answer(grpc::Status(code, "no"));
    EXPECT_EQ(static_cast<int>(NewClient().GetUser({}).status().code()), code);
    EXPECT_EQ(hearth_.calls().size(), before + 1);
  }
}

TEST_F(ClientTest, DoesNotWaitBeyondTheDeadline) {
  hearth_.Answer(RefusalWithDelay(grpc::StatusCode::UNAVAILABLE, milliseconds(60'000)));
  const absl::Time start = absl::Now();
  CallOptions options;
  options.timeout = absl::Seconds(5);
  EXPECT_TRUE(absl::IsUnavailable(NewClient().GetUser({}, options).status()));
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
  EXPECT_THAT(hearth_.calls(), SizeIs(1));
}

// The contract has no method of class NONE today, so this test makes one: the same path, another policy.
TEST_F(ClientTest, NeverRepeatsAMethodOfClassNone) {
  google::protobuf::FileDescriptorProto file;
  file.set_name("none.proto");
  file.set_package("hearth.v1");
  file.add_message_type()->set_name("GetUserRequest");
  file.add_message_type()->set_name("GetUserResponse");
  auto* service = file.add_service();
  service->set_name("DirectoryService");
  auto* method = service->add_method();
  method->set_name("GetUser");
  method->set_input_type("GetUserRequest");
  method->set_output_type("GetUserResponse");
  method->mutable_options()->MutableExtension(v1::policy)->set_idempotency(v1::IDEMPOTENCY_NONE);
  google::protobuf::DescriptorPool pool;
  const auto* built = pool.BuildFile(file)->service(0)->method(0);
  google::protobuf::DynamicMessageFactory factory;
  const std::unique_ptr<google::protobuf::Message> request(factory.GetPrototype(built->input_type())->New());
  const std::unique_ptr<google::protobuf::Message> response(factory.GetPrototype(built->output_type())->New());

  hearth_.Answer(RefusalWithDelay(grpc::StatusCode::UNAVAILABLE, milliseconds(1)));
  EXPECT_TRUE(absl::IsUnavailable(NewClient().Invoke(*built, *request, response.get())));
  EXPECT_THAT(hearth_.calls(), SizeIs(1));
}

TEST_F(ClientTest, ParsesWhatARefusalSays) {
  google::rpc::BadRequest bad;
  auto* violation = bad.add_field_violations();
  violation->set_field("user.mail");
  violation->set_description("has no @");
  google::rpc::Help help;
  auto* link = help.add_links();
  link->set_description("Forth Coffee's help desk");
  link->set_url("https://forthcoffee.com/help");
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(3);
  google::rpc::LocalizedMessage localized;
  localized.set_message("Hier nicht.");
  hearth_.Answer(Refusal(grpc::StatusCode::PERMISSION_DENIED, "Not here.", "NOT_HOME_DIRECTORY",
                         {{"home_domain", "forthcoffee.com"}}, {&bad, &help, &retry, &localized}));

  const Error error = Error::From(NewClient().ResetPassword(ResetOf("user1@forthcoffee.com")).status());
  EXPECT_EQ(error.code, absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(error.message, "Hier nicht.");
  EXPECT_EQ(error.reason, "NOT_HOME_DIRECTORY");
  EXPECT_EQ(error.reason_value, v1::ERROR_REASON_NOT_HOME_DIRECTORY);
  EXPECT_THAT(error.metadata, ElementsAre(Pair("home_domain", "forthcoffee.com")));
  ASSERT_THAT(error.field_violations, SizeIs(1));
  EXPECT_EQ(error.field_violations[0].field, "user.mail");
  EXPECT_EQ(error.field_violations[0].description, "has no @");
  ASSERT_THAT(error.help_links, SizeIs(1));
  EXPECT_EQ(error.help_links[0].url, "https://forthcoffee.com/help");
  EXPECT_EQ(error.retry_delay, absl::Seconds(3));
  EXPECT_EQ(error.next_step, "Send the person to their home directory.");
}

TEST_F(ClientTest, KeepsAReasonThatItDoesNotKnow) {
  hearth_.Answer(Refusal(grpc::StatusCode::FAILED_PRECONDITION, "New.", "FROM_THE_FUTURE"));
  const Error error = Error::From(NewClient().GetUser({}).status());
  EXPECT_EQ(error.reason, "FROM_THE_FUTURE");
  EXPECT_EQ(error.reason_value, v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_EQ(error.next_step, "");
}

TEST_F(ClientTest, SurvivesDetailsThatAreDamaged) {
  hearth_.Answer(grpc::Status(grpc::StatusCode::ABORTED, "Broken.", "\xff\xff\xff not a message"));
  const Error error = Error::From(NewClient().GetUser({}).status());
  EXPECT_EQ(error.message, "Broken.");
  EXPECT_EQ(error.reason, "");
}

TEST_F(ClientTest, TakesTheDeadlineOfTheMethod) {
  ASSERT_TRUE(NewClient().ResetPassword(ResetOf("a@b.c")).ok());
  EXPECT_GT(hearth_.calls().back().time_left, milliseconds(14'000));
  EXPECT_LT(hearth_.calls().back().time_left, milliseconds(15'500)) << "gRPC rounds up a little";
  ASSERT_TRUE(NewClient().GetUser({}).ok());
  EXPECT_LT(hearth_.calls().back().time_left, milliseconds(5'500));
}

TEST_F(ClientTest, EndsACallThatTakesTooLong) {
  hearth_.Hang();
  CallOptions options;
  options.timeout = absl::Milliseconds(200);
  EXPECT_TRUE(absl::IsDeadlineExceeded(NewClient().GetUser({}, options).status()));
}

TEST_F(ClientTest, SendsTheTokenOfTheClientOrOfTheCall) {
  Options options = FastOptions();
  options.token = "of-the-client";
  const Client client = *Client::Create(options);
  ASSERT_TRUE(client.GetUser({}).ok());
  EXPECT_EQ(hearth_.calls().back().metadata["authorization"], "Bearer of-the-client");
  CallOptions call;
  call.token = "of-the-call";
  call.metadata = {{"accept-language", "de"}};
  ASSERT_TRUE(client.GetUser({}, call).ok());
  EXPECT_EQ(hearth_.calls().back().metadata["authorization"], "Bearer of-the-call");
  EXPECT_EQ(hearth_.calls().back().metadata["accept-language"], "de");
}

TEST_F(ClientTest, ReadsTheTokenAgainWhenItsFileChanges) {
  const std::string path = ::testing::TempDir() + "/client_test.token";
  std::ofstream(path) << "first\n";
  Options options = FastOptions();
  options.token_file = path;
  const Client client = *Client::Create(options);
  ASSERT_TRUE(client.GetUser({}).ok());
  EXPECT_EQ(hearth_.calls().back().metadata["authorization"], "Bearer first");
  std::ofstream(path) << "second-one\n";
  ASSERT_TRUE(client.GetUser({}).ok());
  EXPECT_EQ(hearth_.calls().back().metadata["authorization"], "Bearer second-one");
}

TEST_F(ClientTest, RefusesATokenThatCouldBreakOut) {
  Options options = FastOptions();
  options.token = "secret\r\nx-evil: 1";
  const absl::Status status = Client::Create(options).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));

  CallOptions call;
  call.metadata = {{"Upper", "x"}};
  EXPECT_TRUE(absl::IsInvalidArgument(NewClient().GetUser({}, call).status()));
  call.metadata = {{"fine", "a\nb"}};
  EXPECT_TRUE(absl::IsInvalidArgument(NewClient().GetUser({}, call).status()));
  EXPECT_THAT(hearth_.calls(), IsEmpty());
}

TEST_F(ClientTest, CancelsARunningCall) {
  hearth_.Hang();
  const CallOptions options;
  std::thread later([&] {
    std::this_thread::sleep_for(milliseconds(100));
    options.cancellation.Cancel();
  });
  EXPECT_TRUE(absl::IsCancelled(NewClient().GetUser({}, options).status()));
  later.join();
  EXPECT_TRUE(absl::IsCancelled(NewClient().GetUser({}, options).status())) << "and later ones at once";
}

TEST_F(ClientTest, CancelsAWaitBetweenTwoAttempts) {
  hearth_.Answer(RefusalWithDelay(grpc::StatusCode::UNAVAILABLE, milliseconds(3000)));
  const CallOptions options;
  std::thread later([&] {
    std::this_thread::sleep_for(milliseconds(100));
    options.cancellation.Cancel();
  });
  const absl::Time start = absl::Now();
  EXPECT_TRUE(absl::IsCancelled(NewClient().GetUser({}, options).status()));
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
  later.join();
}

TEST_F(ClientTest, IsSharedByManyThreads) {
  const Client client = NewClient();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([copy = client] {
      for (int n = 0; n < 25; ++n) EXPECT_TRUE(copy.GetUser({}).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(hearth_.calls(), SizeIs(200));
}

TEST_F(ClientTest, ReadsListsToTheEnd) {
  v1::ListUsersResponse first;
  first.add_users()->set_name("directories/d/users/a");
  first.set_next_page_token("more");
  v1::ListUsersResponse second;
  second.add_users()->set_name("directories/d/users/b");
  hearth_.Answer(first);
  hearth_.Answer(second);
  v1::ListUsersRequest request;
  request.set_parent("directories/d");
  std::vector<std::string> names;
  const absl::Status status =
      EachPage<v1::ListUsersResponse>(NewClient(), request, [&](const v1::ListUsersResponse& page) {
        for (const auto& user : page.users()) names.push_back(user.name());
        return true;
      });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(names, ElementsAre("directories/d/users/a", "directories/d/users/b"));
  EXPECT_EQ(hearth_.last<v1::ListUsersRequest>().page_token(), "more");
  EXPECT_EQ(hearth_.last<v1::ListUsersRequest>().parent(), "directories/d");
}

TEST_F(ClientTest, EndsAListThatWouldNeverEnd) {
  v1::ListUsersResponse page;
  page.set_next_page_token("again");
  hearth_.Answer(page);
  hearth_.Answer(page);
  const absl::Status status = EachPage<v1::ListUsersResponse>(NewClient(), v1::ListUsersRequest(),
                                                              [](const v1::ListUsersResponse&) { return true; });
  EXPECT_TRUE(absl::IsInternal(status)) << status;
}

TEST_F(ClientTest, AsksForHealth) {
  EXPECT_EQ(*CheckHealth(NewClient()), Health::kServing);
  hearth_.SetHealthy(false);
  EXPECT_EQ(*CheckHealth(NewClient()), Health::kNotServing);
  EXPECT_TRUE(absl::IsNotFound(CheckHealth(NewClient(), "no.such.Service").status()));
}

class StreamTest : public ClientTest {
 protected:
  StreamTest() {
    for (const std::string token : {"first", "second", "third"}) {
      v1::WatchEventsResponse response;
      response.set_resume_token(token);
      hearth_.Answer(response);
    }
  }
  // Reads until so many have come, or the end.
  absl::Status Watch(size_t most) {
    return NewClient().CallStreaming<v1::WatchEventsResponse>(v1::WatchEventsRequest(),
                                                              [&](const v1::WatchEventsResponse& response) {
                                                                tokens_.push_back(response.resume_token());
                                                                return tokens_.size() < most;
                                                              });
  }
  std::vector<std::string> tokens_;
};

TEST_F(StreamTest, GivesAllResponsesInTheirOrder) {
  EXPECT_TRUE(Watch(9).ok());
  EXPECT_THAT(tokens_, ElementsAre("first", "second", "third"));
  EXPECT_EQ(hearth_.calls().back().method, "WatchEvents");
}

TEST_F(StreamTest, EndsWhenTheCallerHasEnough) {
  EXPECT_TRUE(absl::IsCancelled(Watch(2)));
  EXPECT_THAT(tokens_, ElementsAre("first", "second"));
}

TEST_F(StreamTest, ThatBreaksOffIsNotBegunAgain) {
  hearth_.Answer(kUnavailable);
  EXPECT_TRUE(absl::IsUnavailable(Watch(9)));
  EXPECT_THAT(tokens_, SizeIs(3));
  EXPECT_THAT(hearth_.calls(), SizeIs(1));
}

TEST_F(ClientTest, RefusesMessagesOfAnotherMethod) {
  v1::GetUserResponse response;
  EXPECT_TRUE(absl::IsInvalidArgument(NewClient().Invoke(*FindMethod("ListUsers"), v1::GetUserRequest(), &response)));
  EXPECT_THAT(hearth_.calls(), IsEmpty());
}

}  // namespace
}  // namespace hearth::client
