// Calls that stream their requests, against a real gRPC server.
#include <chrono>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hearth/client/client.h"
#include "tests/unit/client/fake_hearth.h"

namespace hearth::client {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class UploadTest : public ::testing::Test {
 protected:
  Options FastOptions() const {
    Options options;
    options.server = hearth_.address();
    options.plaintext = true;
    options.retry.initial_backoff = absl::Milliseconds(5);
    return options;
  }
  // Two messages a call; the contract does not mark this method as safe to repeat.
  absl::Status Import(const Options& options) {
    const Client client = *Client::Create(options);
    return client.InvokeUploading(
        *FindMethod("ImportCredentials"),
        [this]() -> Client::Requests {
          return [this, sent = 0]() mutable -> const google::protobuf::Message* {
            request_.set_parent(sent == 0 ? "first" : "second");
            return sent++ < 2 ? &request_ : nullptr;
          };
        },
        &response_);
  }
  std::vector<std::string> Sent() const {
    std::vector<std::string> sent;
    for (const auto& call : hearth_.calls())
      sent.push_back(static_cast<const v1::ImportCredentialsRequest&>(*call.request).parent());
    return sent;
  }

  FakeHearth hearth_;
  v1::ImportCredentialsRequest request_;
  v1::ImportCredentialsResponse response_;
};

TEST_F(UploadTest, ThatWasTurnedAwayIsBegunAgainWhenTheServerAsks) {
  hearth_.Answer(RefusalWithDelay(grpc::StatusCode::RESOURCE_EXHAUSTED, milliseconds(200)));
  v1::ImportCredentialsResponse response;
  response.set_imported_count(7);
  hearth_.Answer(response);
  ASSERT_TRUE(Import(FastOptions()).ok());
  EXPECT_EQ(response_.imported_count(), 7);
  EXPECT_THAT(Sent(), ElementsAre("first", "second", "first", "second"));
  EXPECT_GE(hearth_.calls()[2].when - hearth_.calls()[1].when, milliseconds(200));
}

TEST_F(UploadTest, ThatMayHaveDoneSomethingIsNotBegunAgain) {
  for (const auto& status : {grpc::Status(grpc::StatusCode::UNAVAILABLE, "not now"),
                             RefusalWithDelay(grpc::StatusCode::UNAVAILABLE, milliseconds(1)),
                             RefusalWithDelay(grpc::StatusCode::ABORTED, milliseconds(1)),
                             grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too large")}) {
    const size_t before = hearth_.calls().size();
    hearth_.Answer(status);
    EXPECT_EQ(static_cast<int>(Import(FastOptions()).code()), static_cast<int>(status.error_code()));
    EXPECT_THAT(hearth_.calls(), SizeIs(before + 2)) << status.error_message();
  }
}

TEST_F(UploadTest, IsGivenUpAfterTheAttemptsThatMayBeMade) {
  Options options = FastOptions();
  options.retry.max_attempts = 3;
  for (int i = 0; i < 5; ++i) hearth_.Answer(RefusalWithDelay(grpc::StatusCode::RESOURCE_EXHAUSTED, milliseconds(1)));
  EXPECT_TRUE(absl::IsResourceExhausted(Import(options)));
  EXPECT_THAT(hearth_.calls(), SizeIs(6));
}

}  // namespace
}  // namespace hearth::client
