// `hearth guest …`: invitations one by one and by the file, memberships, policies.
#include "gmock/gmock.h"
#include "hearth/v1/guest_user_service.pb.h"
#include "tests/unit/client/cli_fixture.h"

namespace hearth::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(CliTest, InvitesAndRedeems) {
  EXPECT_EQ(Run({"guest", "invite", "ann@contoso.com", "--directory", "d", "--role", "reports_reader,directory_readers",
                 "--send-mail=false", "--message", "Hello"})
                .exit_code,
            0);
  const auto invite = hearth_.last<v1::InviteGuestUserRequest>();
  EXPECT_EQ(invite.parent(), "directories/d");
  EXPECT_EQ(invite.address(), "ann@contoso.com");
  EXPECT_THAT(invite.roles(), ElementsAre(v1::ROLE_REPORTS_READER, v1::ROLE_DIRECTORY_READERS));
  EXPECT_TRUE(invite.has_send_mail());
  EXPECT_FALSE(invite.send_mail());
  const std::string token = FileWith("token", "contoso.ann.secret\n");
  EXPECT_EQ(Run({"guest", "redeem", "--consent", "--invitation-token-file", token}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::RedeemInvitationRequest>().invitation_token(), "contoso.ann.secret");
  EXPECT_TRUE(hearth_.last<v1::RedeemInvitationRequest>().consent());
}

TEST_F(CliTest, InvitesEverybodyOfAFileAndReportsOnEach) {
  const std::string csv = FileWith("guests.csv",
                                   "\xef\xbb\xbf"
                                   "address,display_name,user_type\r\nann@a.example,\"Ann \"\"A\"\", Dr.\",\r\n"
                                   "\nbo@a.example,Bo,member\ncy@a.example,Cy,guest\ndy@a.example,Dy,\n");
  v1::InviteGuestUserResponse invited;
  invited.set_mail_sent(true);
  invited.mutable_guest_user()->set_display_name("Ann");
  hearth_.Answer(invited);
  hearth_.Answer(client::Refusal(grpc::StatusCode::ALREADY_EXISTS, "There.", "ALREADY_EXISTS"));
  hearth_.Answer(client::Refusal(grpc::StatusCode::FAILED_PRECONDITION, "No.", "GUEST_POLICY"));
  hearth_.Answer(v1::InviteGuestUserResponse());  // To who is not told what came of it.
  const Result result = Run({"guest", "invite-all", csv, "--directory", "d"});
  EXPECT_EQ(result.exit_code, 7) << "one failed";
  EXPECT_EQ(result.out,
            "ann@a.example  invited, by mail\nbo@a.example  is there already\ncy@a.example  failed: GUEST_POLICY\n"
            "dy@a.example  asked for\n");
  ASSERT_THAT(hearth_.calls(), SizeIs(4));
  const auto& first = static_cast<const v1::InviteGuestUserRequest&>(*hearth_.calls()[0].request);
  EXPECT_EQ(first.parent(), "directories/d");
  EXPECT_EQ(first.display_name(), "Ann \"A\", Dr.");
  EXPECT_THAT(first.request_id(), SizeIs(36));
  EXPECT_EQ(static_cast<const v1::InviteGuestUserRequest&>(*hearth_.calls()[1].request).user_type(),
            v1::USER_TYPE_MEMBER);
}

TEST_F(CliTest, AFileWithAMistakeInvitesNobody) {
  for (const std::string text :
       {"", "display_name\nAnn\n", "address,parent\na@b.example,directories/x\n", "address,nothing\na,b\n",
        "address,display_name\na@b.example\n", "address\n\"a@b.example\n", "address\n\"a\"b\n",
        "address,user_type\na@b.example,owner\n"}) {
    EXPECT_EQ(Run({"guest", "invite-all", FileWith("guests.csv", text), "--directory", "d"}).exit_code, 2) << text;
  }
  EXPECT_EQ(Run({"guest", "invite-all", "nowhere.csv", "--directory", "d"}).exit_code, 2);
  EXPECT_THAT(hearth_.calls(), IsEmpty());
}

TEST_F(CliTest, NamesMembershipsAndPolicies) {
  EXPECT_EQ(Run({"guest", "leave", "user1", "contoso", "--directory", "d"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::LeaveDirectoryRequest>().name(), "directories/d/users/user1/memberships/contoso");
  EXPECT_EQ(Run({"guest", "policy", "--directory", "d"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::GetGuestPolicyRequest>().name(), "directories/d/guestPolicy");
  EXPECT_EQ(
      Run({"guest", "set-policy", "e", "--invite-from", "nobody", "--inbound-domain", "a.example,b.example"}).exit_code,
      0);
  const auto policy = hearth_.last<v1::UpdateGuestPolicyRequest>();
  EXPECT_EQ(policy.guest_policy().name(), "directories/e/guestPolicy");
  EXPECT_EQ(policy.guest_policy().invite_from(), v1::INVITE_FROM_NOBODY);
  EXPECT_THAT(policy.guest_policy().inbound_domains(), ElementsAre("a.example", "b.example"));
  EXPECT_THAT(policy.update_mask().paths(), testing::UnorderedElementsAre("invite_from", "inbound_domains"));
}

}  // namespace
}  // namespace hearth::cli
