// What tests of passwords share: a server, and short calls for Forth Coffee's people.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/test_server.h"

namespace hearth::test {

inline constexpr char kUser1[] = "directories/forthcoffee/users/user1";
// The sign-in service of Forth Coffee.
inline const Principal kBackend{kForth, "backend"};

class PasswordFixture : public ServerFixture {
 protected:
  PasswordFixture() { Start(); }

  static v1::ResetPasswordRequest ResetOf(const std::string& name) {
    v1::ResetPasswordRequest request;
    request.set_name(name);
    return request;
  }

  // Each leaves the answer in the member below.
  absl::Status DoReset(const v1::ResetPasswordRequest& request, const Principal& caller = ForthAdmin()) {
    response_.Clear();
    return Call(caller, &Reset::ResetPassword, request, &response_);
  }
  absl::Status Verify(const std::string& name, const std::string& password) {
    verified_.Clear();
    v1::VerifyPasswordRequest request;
    request.set_name(name);
    request.set_password(password);
    return Call(kBackend, &Passwords::VerifyPassword, request, &verified_);
  }
  absl::Status Change(const std::string& name, const std::string& current, const std::string& wanted,
                      const Principal& caller = kBackend, const std::string& request_id = "") {
    changed_.Clear();
    v1::ChangePasswordRequest request;
    request.set_name(name);
    request.set_current_password(current);
    request.set_new_password(wanted);
    request.set_request_id(request_id);
    return Call(caller, &Passwords::ChangePassword, request, &changed_);
  }

  // Gives somebody a password that need not be changed.
  void Give(const std::string& user, const std::string& password) {
    auto request = ResetOf(absl::StrCat("directories/forthcoffee/users/", user));
    request.set_given(password);
    request.set_require_change_at_next_sign_in(false);
    const absl::Status status = DoReset(request);
    EXPECT_TRUE(status.ok()) << status;
  }

  // The version of a person's password; "0" without one.
  std::string VersionOf(const std::string& user, const std::string& directory = kForth) {
    const auto rows = Sql(absl::StrCat("SELECT version FROM hearth.credentials WHERE directory_id = '", directory,
                                       "' AND user_id = '", user, "'"));
    return rows.empty() ? "0" : rows[0][0];
  }

  v1::ResetPasswordResponse response_;
  v1::VerifyPasswordResponse verified_;
  v1::ChangePasswordResponse changed_;
};

}  // namespace hearth::test
