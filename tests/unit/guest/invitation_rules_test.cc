#include "server/guest/invitation_rules.h"

#include <stdlib.h>
#include <unistd.h>

#include <set>

#include "gtest/gtest.h"
#include "server/base/invitation_token.h"

namespace hearth::test {
namespace {

class InvitationRules : public testing::Test {
 protected:
  InvitationRules() {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    EXPECT_TRUE(Keyring::Generate(folder_ + "/keys").ok());
  }
  ~InvitationRules() override {
    unlink((folder_ + "/keys").c_str());
    rmdir(folder_.c_str());
  }
  Keyring Keys() { return Keyring::Load(folder_ + "/keys").value(); }

  std::string folder_ = "/tmp/hearth-invitation-XXXXXX";
  Invitation invitation_{.directory = "contoso",
                         .guest = "ann",
                         .address = "ann@forthcoffee.com",
                         .inviter = "grace",
                         .redirect_uri = "",
                         .digest = "",
                         .expire_time = {}};
};

TEST_F(InvitationRules, TokensAreOfTheirForm) {
  std::set<std::string> secrets;
  for (int i = 0; i < 100; ++i) {
    const std::string secret = NewInvitationSecret();
    secrets.insert(secret);
    const auto token = ParseInvitationToken(InvitationTokenText(invitation_, secret));
    ASSERT_TRUE(token.has_value()) << secret;
  }
  EXPECT_EQ(secrets.size(), 100u);
  const std::string text = "contoso.ann." + std::string(43, 'x');
  const auto token = ParseInvitationToken(text);
  ASSERT_TRUE(token.has_value());
  EXPECT_EQ(token->directory, "contoso");
  EXPECT_EQ(token->user, "ann");
  EXPECT_EQ(token->secret, std::string(43, 'x'));
}

TEST_F(InvitationRules, ASecretFitsTheInvitationItWasMadeForAndNoOther) {
  const Keyring keys = Keys();
  const std::string secret = NewInvitationSecret();
  invitation_.digest = InvitationDigest(keys, invitation_, secret);
  EXPECT_EQ(invitation_.digest.size(), 32u);
  EXPECT_TRUE(FitsInvitation(keys, invitation_, secret));
  EXPECT_FALSE(FitsInvitation(keys, invitation_, NewInvitationSecret()));
  for (std::string Invitation::* bound :
       {&Invitation::directory, &Invitation::guest, &Invitation::address, &Invitation::inviter}) {
    Invitation other = invitation_;
    other.*bound += "x";
    EXPECT_FALSE(FitsInvitation(keys, other, secret));
  }
  // No part can be moved into the next.
  Invitation shifted = invitation_;
  shifted.directory = "contosoa";
  shifted.guest = "nn";
  EXPECT_FALSE(FitsInvitation(keys, shifted, secret));
  Invitation empty = invitation_;
  empty.digest = "";
  EXPECT_FALSE(FitsInvitation(keys, empty, secret));
}

}  // namespace
}  // namespace hearth::test
