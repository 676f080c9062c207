// The message of a failure in the language that the caller wishes.
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

class LanguageTest : public ServerFixture {
 protected:
  LanguageTest() { Start(); }

  // What GetUser of a name fails with, for a caller who wishes languages so; empty: says nothing of them.
  absl::Status Get(const std::string& name, const std::string& accept_language,
                   const Principal& caller = ForthAdmin()) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    context.AddMetadata("authorization", "Bearer " + TokenFor(caller));
    if (!accept_language.empty()) context.AddMetadata("accept-language", accept_language);
    v1::GetUserRequest request;
    v1::GetUserResponse response;
    request.set_name(name);
    Directories stub(Channel());
    return FromGrpc(stub.GetUser(&context, request, &response));
  }
  static google::rpc::LocalizedMessage MessageOf(const absl::Status& status) {
    return DetailOf<google::rpc::LocalizedMessage>(status);
  }
};

TEST_F(LanguageTest, TheMessageComesInTheLanguageThatIsWishedAndInEnglishBesides) {
  const absl::Status status = Get("directories/contoso/users/user1", "de-CH, en;q=0.5");
  EXPECT_THAT(status, HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(std::string(status.message()), testing::StartsWith("The name belongs to another directory"));
  EXPECT_EQ(MessageOf(status).locale(), "de");
  EXPECT_THAT(MessageOf(status).message(), testing::StartsWith("Der Name gehört zu einem anderen Verzeichnis"));
}

TEST_F(LanguageTest, VariablesAreFilledIn) {
  const auto message = MessageOf(Get("users/user1", "nl"));
  EXPECT_EQ(message.locale(), "nl");
  EXPECT_THAT(message.message(), testing::EndsWith(": name."));
}

TEST_F(LanguageTest, WhoWishesNothingGetsNoneAndWhoWishesAnotherGetsEnglish) {
  EXPECT_EQ(MessageOf(Get("users/user1", "")).locale(), "");
  for (const std::string& other : {std::string("ja"), std::string(";;q=;"), std::string(1000, 'x')}) {
    const absl::Status status = Get("users/user1", other);
    EXPECT_EQ(MessageOf(status).locale(), "en") << other;
    EXPECT_EQ(MessageOf(status).message(), status.message()) << other;
  }
}

TEST_F(LanguageTest, AnswersThatAreEqualAreEqualInEveryLanguage) {
  for (const char* language : {"en", "nl", "de", "fr", "es"}) {
    const auto there = ToRpcStatus(Get("directories/contoso/users/user1", language));
    const auto nowhere = ToRpcStatus(Get("directories/contoso/users/nobody", language));
    EXPECT_EQ(there.SerializeAsString(), nowhere.SerializeAsString()) << language;
  }
}

}  // namespace
}  // namespace hearth::test
