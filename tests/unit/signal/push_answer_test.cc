#include "server/signal/push_answer.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"

namespace hearth {
namespace {

PushAnswer Of(long status, const std::string& body = "") {
  return ReadPushAnswer(HttpsAnswer{.status = status, .body = body});
}

TEST(PushAnswerTest, OnlyAcceptedIsAccepted) {
  EXPECT_EQ(Of(202).verdict, PushVerdict::kAccepted);
  EXPECT_EQ(Of(202).problem, "");
  for (const long status : {100, 200, 201, 204, 301, 302, 307, 401, 403, 404, 410, 413, 429, 500, 503}) {
    EXPECT_EQ(Of(status, R"({"err": "invalid_request"})").verdict, PushVerdict::kFailed) << status;
  }
  EXPECT_EQ(Of(503).problem, "the receiver answers with status 503");
  const PushAnswer away = ReadPushAnswer(absl::UnavailableError("no answer"));
  EXPECT_EQ(away.verdict, PushVerdict::kFailed);
  EXPECT_EQ(away.problem, "no answer");
}

// RFC 8935, 2.4, code by code.
TEST(PushAnswerTest, OnlyATokenThatIsNoEventIsRefused) {
  const PushAnswer refused = Of(400, R"({"err": "invalid_request", "description": "no such event"})");
  EXPECT_EQ(refused.verdict, PushVerdict::kRefused);
  EXPECT_EQ(refused.problem, "invalid_request");
  for (const std::string code :
       {"invalid_key", "invalid_issuer", "invalid_audience", "authentication_failed", "access_denied"}) {
    const PushAnswer answer = Of(400, R"({"err": ")" + code + R"("})");
    EXPECT_EQ(answer.verdict, PushVerdict::kFailed) << code;
    EXPECT_EQ(answer.problem, "the receiver answers with status 400: " + code);
  }
}

TEST(PushAnswerTest, WhatSaysNothingThatIsKnownFailsAndIsNotRepeated) {
  const std::vector<std::string> bodies = {"",
                                           "<h1>invalid_request</h1>",
                                           "invalid_request",
                                           R"("invalid_request")",
                                           R"(["err", "invalid_request"])",
                                           R"({"err": ["invalid_request"]})",
                                           R"({"err": null})",
                                           R"({"error": "x"})",
                                           R"({"err": "Invalid_Request"})",
                                           R"({"err": "\u001b[31m\nowned"})",
                                           R"({"err": "invalid_request")",
                                           "{\"err\": \"\xff\"}",
                                           std::string(60'000, '[')};
  for (const std::string& body : bodies) {
    const PushAnswer answer = Of(400, body);
    EXPECT_EQ(answer.verdict, PushVerdict::kFailed) << body;
    EXPECT_EQ(answer.problem, "the receiver answers with status 400 and no known error") << body;
  }
}

}  // namespace
}  // namespace hearth
