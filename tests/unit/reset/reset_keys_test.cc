#include "server/reset/wish_box.h"

#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <set>
#include <stdexcept>

#include "gmock/gmock.h"
#include "server/base/random.h"
#include "server/reset/reset_keys.h"

namespace hearth {
namespace {

Keyring NewKeyring() {
  std::string folder = "/tmp/hearth-reset-XXXXXX";
  EXPECT_NE(mkdtemp(folder.data()), nullptr);
  const std::string path = folder + "/keys";
  EXPECT_TRUE(Keyring::Generate(path).ok());
  Keyring keyring = Keyring::Load(path).value();
  unlink(path.c_str());
  rmdir(folder.c_str());
  return keyring;
}

class ResetKeysTest : public testing::Test {
 protected:
  const Keyring keyring_ = NewKeyring();
  const WishBox box_{keyring_};
  const ResetKeys keys_{keyring_};
};

TEST_F(ResetKeysTest, AWishComesOutAsItWentIn) {
  const ResetWish wish{"user1@forthcoffee.com", "nl-BE", v1::ResetPolicy::CHANNEL_CODE};
  const ResetWish opened = box_.Open(box_.Seal(wish));
  EXPECT_EQ(opened.identifier, wish.identifier);
  EXPECT_EQ(opened.language, wish.language);
  EXPECT_EQ(opened.channel, wish.channel);
}

TEST_F(ResetKeysTest, EveryBoxHasTheSameSizeAndShowsNothing) {
  const std::string longest = std::string(254 - 10, 'a') + "@a.example";
  const std::string small = box_.Seal({"a@b.c", "", {}});
  const std::string large = box_.Seal({longest, std::string(35, 'a'), v1::ResetPolicy::CHANNEL_LINK_AND_CODE});
  EXPECT_EQ(small.size(), large.size());
  EXPECT_EQ(large.find("@a.example"), std::string::npos);
  EXPECT_NE(box_.Seal({"a@b.c", "", {}}), small) << "the same wish twice looks different";
}

TEST_F(ResetKeysTest, ABoxThatWasTouchedStaysShut) {
  const std::string sealed = box_.Seal({"user1@forthcoffee.com", "", {}});
  for (const size_t at : {size_t{0}, size_t{30}, sealed.size() - 1}) {
    std::string touched = sealed;
    touched[at] = static_cast<char>(touched[at] ^ 1);
    EXPECT_THROW(box_.Open(touched), std::runtime_error) << at;
  }
  EXPECT_THROW(box_.Open(sealed.substr(1)), std::runtime_error);
  EXPECT_THROW(box_.Open(""), std::runtime_error);
}

TEST_F(ResetKeysTest, DigestsAreOfOneKeyPurposeAndDirectory) {
  const ResetKeys others{NewKeyring()};
  std::set<std::string> digests;
  for (const std::string directory : {"forthcoffee", "contoso"}) {
    digests.insert(keys_.OfHandle(directory, "x"));
    digests.insert(keys_.OfLink(directory, "x"));
    digests.insert(keys_.OfVerified(directory, "x"));
    digests.insert(keys_.OfIdentifier(directory, "x"));
    digests.insert(keys_.OfPerson(directory, "x"));
    digests.insert(others.OfLink(directory, "x"));
  }
  EXPECT_EQ(digests.size(), 12u);
  for (const std::string& digest : digests) EXPECT_EQ(digest.size(), 32u);
}

TEST_F(ResetKeysTest, ACodeBelongsToOnePersonAndOneRequest) {
  EXPECT_NE(keys_.OfCode("d", "u", "row", "12345678"), keys_.OfCode("d", "v", "row", "12345678"));
  EXPECT_NE(keys_.OfCode("d", "u", "row", "12345678"), keys_.OfCode("d", "u", "other", "12345678"));
  EXPECT_NE(keys_.OfCode("d", "u", "row", "12345678"), keys_.OfCode("d", "u", "row", "12345679"));
}

TEST_F(ResetKeysTest, ARequestIdStandsForOneHandleOfItsCaller) {
  const std::string handle = keys_.Handle("forthcoffee", "backend", "id");
  EXPECT_EQ(handle.size(), 43u);
  EXPECT_EQ(keys_.Handle("forthcoffee", "backend", "id"), handle);
  EXPECT_NE(keys_.Handle("forthcoffee", "other", "id"), handle);
  EXPECT_NE(keys_.Handle("contoso", "backend", "id"), handle);
  EXPECT_NE(keys_.Handle("forthcoffee", "backend", ""), keys_.Handle("forthcoffee", "backend", ""));
}

// ASVS 5.0, 11.5.1; the least that a test of this size can see.
TEST_F(ResetKeysTest, TokensDoNotRepeatAndCodesAreEvenlySpread) {
  SystemRandom random;
  std::set<std::string> tokens;
  constexpr int kDraws = 100'000;
  std::array<int, 10> first{}, last{};
  for (int i = 0; i < kDraws; ++i) {
    tokens.insert(std::string(ResetKeys::NewToken().Expose()));
    const std::string code(ResetKeys::NewCode(random).Expose());
    ASSERT_EQ(code.size(), 8u);
    ++first[static_cast<size_t>(code.front() - '0')];
    ++last[static_cast<size_t>(code.back() - '0')];
  }
  EXPECT_EQ(tokens.size(), static_cast<size_t>(kDraws));
  EXPECT_EQ(tokens.begin()->size(), 43u);
  for (const auto& counts : {first, last}) {
    double chi_square = 0;
    for (const int count : counts) chi_square += (count - kDraws / 10.0) * (count - kDraws / 10.0) / (kDraws / 10.0);
    EXPECT_LT(chi_square, 45) << "9 degrees of freedom: less than one run in a million is beyond";
  }
}

TEST_F(ResetKeysTest, EveryChangeOfAPersonThatMattersChangesTheirState) {
  User user;
  user.directory = "forthcoffee";
  user.id = "user1";
  user.user_principal_name = "user1@forthcoffee.com";
  user.home.kind = v1::Home::KIND_THIS_DIRECTORY;
  user.home.directory = "forthcoffee";
  std::set<std::string> states = {keys_.OfState(user, 1), keys_.OfState(user, 2)};
  const auto changed = [&](const auto& change) {
    User other = user;
    change(other);
    states.insert(keys_.OfState(other, 1));
  };
  changed([](User& u) { u.mail = "a@b.example"; });
  changed([](User& u) { u.alternate_mails = {"a@b.example"}; });
  changed([](User& u) { u.user_principal_name = "user2@forthcoffee.com"; });
  changed([](User& u) { u.home.directory = "contoso"; });
  changed([](User& u) { u.disabled = true; });
  changed([](User& u) { u.delete_time = absl::UnixEpoch(); });
  changed([](User& u) { u.roles = {Hold(v1::ROLE_REPORTS_READER)}; });
  changed([](User& u) { u.roles = {Hold(v1::ROLE_REPORTS_READER, "north")}; });
  changed([](User& u) { u.privileged_group = true; });
  changed([](User& u) { u.id = "user2"; });
  EXPECT_EQ(states.size(), 12u);
  User renamed = user;
  renamed.display_name = "Another name to show";
  EXPECT_EQ(keys_.OfState(renamed, 1), keys_.OfState(user, 1));
}

}  // namespace
}  // namespace hearth
