// CheckPassword: what it tells, and that it agrees with the deeds.
#include "tests/storage/reset/password_policy_fixture.h"

namespace hearth::test {
namespace {

using CheckPasswordDeskTest = PasswordPolicyFixture;

TEST_F(CheckPasswordDeskTest, CheckPasswordAndTheDeedAgree) {
  Sql("UPDATE hearth.users SET display_name = 'Ann Marlowe' WHERE user_id = 'user1'");
  for (const bool entra : {false, true}) {
    if (entra) UseEntra();
    for (const std::string& password :
         {std::string(kFirst), std::string("short"), std::string(257, 'x'), std::string("passwordpassword"),
          std::string("jfhrkwpzvx marlowe"), std::string("forthcoffee 4 forthcoffee"),
          std::string("a\tb c d e f g h i j"), std::string("s\xc3\xbc\xc3\x9f und sauer, wie immer"),
          std::string("Tall-Skinny-77 please")}) {
      const auto check = Check(password, "user1");
      const absl::Status deed = Give(password);
      EXPECT_EQ(check.acceptable(), deed.ok()) << password << deed;
      EXPECT_EQ(check.acceptable(), BrokenBy(check).empty());
      if (!deed.ok()) {
        EXPECT_THAT(deed, Breaks(BrokenBy(check)));
      }
      EXPECT_EQ(check.policy_version(), entra ? 1 : 0);
    }
  }
}

TEST_F(CheckPasswordDeskTest, CheckPasswordTakesNamesFromPeopleAtHomeOnly) {
  Sql("UPDATE hearth.users SET display_name = 'Ann Marlowe' WHERE user_id IN ('user1', 'visitor', 'deleted')");
  constexpr char kName[] = "jfhrkwpzvx marlowe";
  EXPECT_EQ(BrokenBy(Check(kName, "user1")), "CONTAINS_NAME");
  for (const char* user : {"", "user2", "visitor", "deleted", "nobody"})
    EXPECT_EQ(BrokenBy(Check(kName, user)), "") << user;
  EXPECT_EQ(BrokenBy(Check("jfhrkwpzvx forthcoffee")), "CONTAINS_NAME") << "the organisation's own counts for all";
}

TEST_F(CheckPasswordDeskTest, NamesAsPeopleWriteThemAreNotInAPassword) {
  Sql("UPDATE hearth.directories SET display_name = 'Forth Coffee' WHERE directory_id = 'forthcoffee'");
  const std::vector<std::pair<std::string, std::vector<std::string>>> people = {
      {"Kowalska, Anna", {"Kowalska qzvx 77 pm", "qzvx 77 pmtkg k0walska", "qzvx K-o-w-a-l-s-k-a 77"}},
      {"Anne-Marie Zielinska-Nowak",
       {"Zielinska qzvx 77 pm", "annemarie qzvx 77 pm", "Anne Marie qzvx 77 pm", "qzvx nowak 77 pmtk"}},
      {"Conan O''Brien", {"obrien qzvx 77 pmtkg", "O'Brien qzvx 77 pmtkg", "O Brien qzvx 77 pmtkg"}},
      {"Nobody", {"Forth-Coffee qz 7x", "qzvx forth coffee 7x", "qz7x.forth.coffee."}}};
  for (const auto& [name, passwords] : people) {
    Sql("UPDATE hearth.users SET display_name = '" + name + "' WHERE user_id = 'user1'");
    for (const std::string& password : passwords) {
      EXPECT_EQ(BrokenBy(Check(password, "user1")), "CONTAINS_NAME") << name << ": " << password;
      EXPECT_THAT(Give(password), Breaks("CONTAINS_NAME")) << name << ": " << password;
    }
    EXPECT_EQ(BrokenBy(Check("qzvx 77 pmtkg wbfh", "user1")), "") << name;
  }
  Sql("UPDATE hearth.users SET mail = 'ewa.wisniewska@example.org' WHERE user_id = 'user1'");
  EXPECT_EQ(BrokenBy(Check("wisniewska qzvx 77 pm", "user1")), "CONTAINS_NAME") << "what stands before the @";
}

TEST_F(CheckPasswordDeskTest, CheckPasswordSaysWhatToDoInTheCallersLanguage) {
  EXPECT_EQ(Check("short").verdicts(0).text(), "Use at least 15 characters.");
  EXPECT_EQ(Check("short", "", "de-AT").verdicts(0).text(), "Verwenden Sie mindestens 15 Zeichen.");
  EXPECT_EQ(Check("short", "", "xx").verdicts(0).text(), "Use at least 15 characters.");
  v1::CheckPasswordRequest request;
  request.set_password("short");
  Call call = By(kFrontEnd, request);
  call.accept_language = "de-AT, nl;q=0.8";
  EXPECT_EQ(policy_desk_.CheckPassword(call, request)->verdicts(0).text(), "Verwenden Sie mindestens 15 Zeichen.");
  request.set_language("nl");
  EXPECT_EQ(policy_desk_.CheckPassword(call, request)->verdicts(0).text(), "Gebruik minstens 15 tekens.")
      << "what the request says goes before";
  EXPECT_EQ(Check("a\nb", "", "nl").verdicts_size(), 1);
  EXPECT_EQ(Check("a\nb", "", "nl").verdicts(0).text(), "Gebruik geen besturingstekens.");
}

TEST_F(CheckPasswordDeskTest, CheckPasswordLeavesNoTrace) {
  const auto before = Audit(kForth).size();
  Check(kFirst, "user1");
  EXPECT_EQ(Audit(kForth).size(), before);
  EXPECT_EQ(VersionOf("user1"), "0");
  EXPECT_EQ(Count("idempotency"), "0");
}

}  // namespace
}  // namespace hearth::test
