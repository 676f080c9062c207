// The desks of passwords and resets with a policy of the directory, and their calls in short.
#pragma once

#include <string>
#include <vector>

#include "server/credential/credential_desk.h"
#include "server/credential/policy_desk.h"
#include "tests/storage/reset/reset_fixture.h"

namespace hearth::test {

inline constexpr char kPolicy[] = "directories/forthcoffee/passwordPolicy";
inline constexpr char kFirst[] = "the first of my passwords";
inline constexpr char kSecond[] = "another one that I chose";
inline constexpr char kThird[] = "one more that is unlike them";

class PasswordPolicyFixture : public ResetFixture {
 protected:
  absl::StatusOr<v1::PasswordPolicy> Get() {
    v1::GetPasswordPolicyRequest request;
    request.set_name(kPolicy);
    const auto response = policy_desk_.GetPasswordPolicy(By(ForthAdmin(), request), request);
    if (!response.ok()) return response.status();
    return response->password_policy();
  }
  absl::Status Update(v1::PasswordPolicy policy) {
    v1::UpdatePasswordPolicyRequest request;
    policy.set_name(kPolicy);
    *request.mutable_password_policy() = policy;
    return policy_desk_.UpdatePasswordPolicy(By(ForthAdmin(), request), request).status();
  }
  void UseEntra() {
    v1::PasswordPolicy policy;
    policy.set_preset(v1::PasswordPolicy::PRESET_ENTRA);
    ASSERT_THAT(Update(policy), IsOk());
  }
  void Remember(int history) {
    v1::UpdatePasswordPolicyRequest request;
    request.mutable_password_policy()->set_name(kPolicy);
    request.mutable_password_policy()->set_history(history);
    request.mutable_update_mask()->add_paths("history");
    ASSERT_THAT(policy_desk_.UpdatePasswordPolicy(By(ForthAdmin(), request), request), IsOk());
  }

  absl::Status Give(const std::string& password, const std::string& user = "user1", bool must_change = false) {
    v1::ResetPasswordRequest request;
    request.set_name(UserName(kForth, user));
    request.set_given(password);
    request.set_require_change_at_next_sign_in(must_change);
    return reset_desk_.ResetPassword(By(ForthAdmin(), request), request).status();
  }
  absl::Status Change(const std::string& from, const std::string& to) {
    v1::ChangePasswordRequest request;
    request.set_name(UserName(kForth, "user1"));
    request.set_current_password(from);
    request.set_new_password(to);
    return credential_desk_.ChangePassword(By({kForth, "user1"}, request), request).status();
  }
  // Chooses a password with a fresh link.
  absl::Status Choose(const std::string& password) {
    AskFor("user1@forthcoffee.com");
    return Complete(Newest("link"), password).status();
  }
  absl::StatusOr<v1::VerifyPasswordResponse> VerifyUser1(const std::string& password) {
    v1::VerifyPasswordRequest request;
    request.set_name(UserName(kForth, "user1"));
    request.set_password(password);
    return credential_desk_.VerifyPassword(By(kFrontEnd, request), request);
  }
  v1::CheckPasswordResponse Check(const std::string& password, const std::string& user = "",
                                  const std::string& language = "") {
    v1::CheckPasswordRequest request;
    if (!user.empty()) request.set_user(UserName(kForth, user));
    request.set_password(password);
    request.set_language(language);
    const auto response = policy_desk_.CheckPassword(By(kFrontEnd, request), request);
    EXPECT_THAT(response, IsOk());
    return response.ok() ? *response : v1::CheckPasswordResponse();
  }
  static std::string BrokenBy(const v1::CheckPasswordResponse& response) {
    for (const auto& verdict : response.verdicts()) {
      if (!verdict.passed()) {
        return v1::PasswordRule_Name(verdict.rule()).substr(std::string_view("PASSWORD_RULE_").size());
      }
    }
    return "";
  }
  // The versions that are remembered of user1.
  std::vector<std::string> Remembered() {
    std::vector<std::string> versions;
    for (const auto& row : Sql("SELECT version FROM hearth.password_history WHERE directory_id = 'forthcoffee'"
                               " AND user_id = 'user1' ORDER BY version")) {
      versions.push_back(row[0]);
    }
    return versions;
  }

  PasswordPolicyDesk policy_desk_{&database(), &keyring(), &new_passwords_};
  Rehasher rehasher_{&database(), &hasher_};
  CredentialDesk credential_desk_{&database(), &hasher_, &rehasher_, &keyring(), &new_passwords_};
};

// The rule in a refusal.
inline auto Breaks(const std::string& rule) { return Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", rule); }

}  // namespace hearth::test
