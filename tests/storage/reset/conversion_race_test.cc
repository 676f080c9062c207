// A home moves while its directory resets the password: by mailed proofs, or by an administrator who approves. Whichever comes first, nothing of it is left
// where the person is at home no more. Resets by administrators: guest/conversion_test.
#include <algorithm>
#include <functional>

#include "server/guest/conversion_desk.h"
#include "tests/storage/reset/reset_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int kRounds = 10;

class ConversionRaceTest : public ResetFixture {
 protected:
  absl::Status Convert(const std::string& internal, const std::string& external) {
    v1::ConvertGuestUserRequest request;
    request.set_name(UserName(kForth, "user1"));
    if (internal.empty()) {
      request.set_external_address(external);
    } else {
      request.set_internal_principal_name(internal);
    }
    return conversions_.ConvertGuestUser(By(ForthAdmin(), request), request).status();
  }
  absl::Status GoAway() { return Convert("", "one@contoso.com"); }
  absl::Status ComeHome() { return Convert("user1@forthcoffee.com", ""); }

  // Asks as user1 anew; the handle.
  std::string AskAnew() {
    Sql("DELETE FROM hearth.reset_limits; DELETE FROM hearth.mails");
    return AskFor("user1@forthcoffee.com");
  }
  std::string OpenRequest() {
    AskAnew();
    const Rows rows = Sql("SELECT reset_request_id FROM hearth.reset_requests WHERE state = 1");
    EXPECT_EQ(rows.size(), 1u);
    return rows.empty() ? "" : "directories/forthcoffee/resetRequests/" + rows[0][0];
  }
  absl::Status Approve(const std::string& name, v1::PasswordDelivery delivery) {
    v1::ApproveResetRequestRequest request;
    request.set_name(name);
    request.set_delivery(delivery);
    return queue_desk_.ApproveResetRequest(By(ForthAdmin(), request), request).status();
  }

  // Both at once, again and again; `act` is made anew for each round, before it begins. What it says is OK, or one of the reasons.
  void Race(const std::function<std::function<absl::Status()>()>& act, const std::vector<v1::ErrorReason>& reasons) {
    for (int round = 0; round < kRounds; ++round) {
      const std::function<absl::Status()> once = act();
      absl::Status acted, gone;
      RunTogether({[&] { acted = once(); }, [&] { gone = GoAway(); }});
      ASSERT_THAT(gone, IsOk()) << round;
      const auto reason = ReasonOf(acted);
      EXPECT_TRUE(acted.ok() || std::find(reasons.begin(), reasons.end(), reason) != reasons.end()) << acted;
      EXPECT_EQ(VersionOf("user1"), "0") << acted;
      EXPECT_EQ(Count("reset_tokens"), "0") << acted;
      EXPECT_THAT(Sql("SELECT 1 FROM hearth.reset_requests WHERE state IN (1, 2)"), IsEmpty()) << acted;
      ASSERT_THAT(ComeHome(), IsOk()) << round;
    }
  }

  ConversionDesk conversions_{&database(), &keyring()};
};

TEST_F(ConversionRaceTest, OpenRequestsEndWhereThePersonIsAtHomeNoMore) {
  for (const bool approved : {false, true}) {
    const std::string name = OpenRequest();
    if (approved) {
      SetPolicy(absl::StrCat(R"({"link_base_uri": ")", kPage, "\"}"));
      ASSERT_THAT(Approve(name, v1::PASSWORD_DELIVERY_SECRET_LINK), IsOk());
    }
    ASSERT_THAT(GoAway(), IsOk());
    EXPECT_THAT(Sql("SELECT state, end_time IS NOT NULL, decided_by <> '' FROM hearth.reset_requests"
                    " ORDER BY create_time DESC LIMIT 1"),
                ElementsAre(ElementsAre("6", "t", approved ? "t" : "f")));
    EXPECT_THAT(Approve(name, v1::PASSWORD_DELIVERY_RETURN),
                Refuses(v1::ERROR_REASON_RESET_REQUEST_CLOSED, "state", "CANCELLED"));
    ASSERT_THAT(ComeHome(), IsOk());
  }
}

TEST_F(ConversionRaceTest, WithALinkThatIsUsed) {
  AllowSelfService();
  Race(
      [this] {
        AskAnew();
        return [this, token = Newest("link")] { return Complete(token).status(); };
      },
      {v1::ERROR_REASON_RESET_PROOF_NOT_ACCEPTED});
}

TEST_F(ConversionRaceTest, WithACodeThatIsVerified) {
  AllowSelfService();
  std::string token;
  Race(
      [&] {
        const std::string handle = AskAnew();
        return [&, handle, code = Newest("code")] {
          const auto verified = Verify(handle, code);
          if (verified.ok()) token = verified->reset_token();
          return verified.status();
        };
      },
      {v1::ERROR_REASON_RESET_PROOF_NOT_ACCEPTED});
  if (!token.empty()) {
    EXPECT_THAT(Complete(token), HasReason(v1::ERROR_REASON_RESET_PROOF_NOT_ACCEPTED)) << "dead with the home";
  }
}

TEST_F(ConversionRaceTest, WithAnApproval) {
  for (const v1::PasswordDelivery delivery : {v1::PASSWORD_DELIVERY_RETURN, v1::PASSWORD_DELIVERY_SECRET_LINK}) {
    SetPolicy(absl::StrCat(R"({"link_base_uri": ")", kPage, "\"}"));
    Race([&] { return [this, delivery, name = OpenRequest()] { return Approve(name, delivery); }; },
         {v1::ERROR_REASON_NOT_HOME_DIRECTORY, v1::ERROR_REASON_RESET_REQUEST_CLOSED});
  }
}

}  // namespace
}  // namespace hearth::test
