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

// Whoever chooses a password reads what to do, not the name of a rule.
TEST_F(LanguageTest, ARefusedPasswordIsExplainedInASentence) {
  const auto refusal = [&](const std::string& password, const std::string& language) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + TokenFor(ForthAdmin()));
    context.AddMetadata("accept-language", language);
    v1::ResetPasswordRequest request;
    v1::ResetPasswordResponse response;
    request.set_name("directories/forthcoffee/users/user1");
    request.set_given(password);
    return FromGrpc(Reset(Channel()).ResetPassword(&context, request, &response));
  };
  EXPECT_EQ(MessageOf(refusal("short", "de")).message(),
            "Das Passwort ist nicht zulässig: Verwenden Sie mindestens 15 Zeichen.");
  EXPECT_EQ(MessageOf(refusal("short", "en")).message(), "The password is not acceptable: Use at least 15 characters.");
  EXPECT_EQ(MessageOf(refusal("a long one, user1 of it", "nl")).message(),
            "Het wachtwoord is niet toegestaan: Laat uw naam en die van uw organisatie weg.");
  EXPECT_EQ(MessageOf(refusal("two lines\nof a password", "es")).message(),
            "La contraseña no es admisible: No use caracteres de control.");
  const absl::Status status = refusal("short", "de");
  EXPECT_EQ(status.message(), "The password is not acceptable: TOO_SHORT.") << "programs and logs have the rule";
  EXPECT_THAT(status, Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "TOO_SHORT"));
  EXPECT_THAT(status, Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "min_length", "15"));
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
