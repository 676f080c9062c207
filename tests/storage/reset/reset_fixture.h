// The desks of resets and the relay, over the world of fixture.h, and their calls in short. The front end of Forth Coffee asks unless said otherwise.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/base/resource_name.h"
#include "server/reset/intent_relay.h"
#include "server/reset/limit_desk.h"
#include "server/reset/policy_desk.h"
#include "server/reset/proof_desk.h"
#include "server/reset/queue_desk.h"
#include "server/reset/request_desk.h"
#include "server/reset/reset_desk.h"
#include "tests/support/fixture.h"
#include "tests/support/mailbox.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {

inline const Principal kFrontEnd{kForth, "backend"};
inline constexpr char kPage[] = "https://account.forthcoffee.com/reset";
inline constexpr char kNewPassword[] = "a password of my own choice";

class ResetFixture : public Fixture {
 protected:
  // Sets fields of a directory's policy, behind every desk's back: "{\"self_service\": \"SELF_SERVICE_ALL\"}".
  void SetPolicy(const std::string& json, const std::string& directory = kForth) {
    Sql(absl::StrCat("INSERT INTO hearth.reset_policies (directory_id, policy) VALUES ('", directory, "', '", json,
                     "') ON CONFLICT (directory_id) DO UPDATE SET policy = excluded.policy"));
  }
  // Self-service with a page; `more` are further fields, beginning with a comma.
  void AllowSelfService(const std::string& more = "", const std::string& directory = kForth) {
    SetPolicy(absl::StrCat(R"({"self_service": "SELF_SERVICE_ALL", "link_base_uri": ")", kPage, "\"", more, "}"),
              directory);
  }

  static v1::RequestResetRequest Wish(const std::string& identifier) {
    v1::RequestResetRequest request;
    request.set_identifier(identifier);
    return request;
  }
  absl::StatusOr<v1::RequestResetResponse> Ask(const v1::RequestResetRequest& request,
                                               const Principal& caller = kFrontEnd) {
    const std::vector<hearth::Ask<v1::RequestResetRequest>> asks = {{&By(caller, request), &request}};
    return request_desk_.RequestReset(asks)[0];
  }
  // Asks, and lets the relay work. The handle.
  std::string AskFor(const std::string& identifier, const Principal& caller = kFrontEnd) {
    const auto response = Ask(Wish(identifier), caller);
    EXPECT_THAT(response, IsOk());
    Relay();
    return response.ok() ? response->handle() : "";
  }
  // Lets the relay work until nothing is due.
  void Relay() {
    for (int rounds = 0; rounds < 1000; ++rounds) {
      const auto taken = relay_.Work(absl::Now() + absl::Seconds(20));
      ASSERT_THAT(taken, IsOk());
      if (*taken == 0) return;
    }
    ADD_FAILURE() << "the relay finds no end";
  }

  std::vector<WaitingMail> Mails() { return OpenMails(Sql(kWaitingMails), keyring()); }
  std::vector<WaitingMail> MailsOf(v1::MailTemplate kind) {
    std::vector<WaitingMail> mails = Mails();
    std::erase_if(mails, [kind](const WaitingMail& mail) { return mail.kind != kind; });
    return mails;
  }
  // The value of the newest mail that has one of that name; the token of a link is what follows the #.
  std::string Newest(const std::string& name) {
    std::string value;
    for (const WaitingMail& mail : Mails()) {
      if (mail.values.contains(name)) value = mail.values.at(name);
    }
    return name == "link" ? value.substr(value.find('#') + 1) : value;
  }

  absl::StatusOr<v1::VerifyResetCodeResponse> Verify(const std::string& handle, const std::string& code,
                                                     const Principal& caller = kFrontEnd) {
    v1::VerifyResetCodeRequest request;
    request.set_handle(handle);
    request.set_code(code);
    return proof_desk_.VerifyResetCode(By(caller, request), request);
  }
  absl::StatusOr<v1::CompleteResetResponse> Complete(const std::string& token,
                                                     const std::string& password = kNewPassword,
                                                     const Principal& caller = kFrontEnd) {
    v1::CompleteResetRequest request;
    request.set_reset_token(token);
    request.set_new_password(password);
    return proof_desk_.CompleteReset(By(caller, request), request);
  }
  absl::StatusOr<v1::ResetPasswordResponse> AdminReset(const std::string& user) {
    v1::ResetPasswordRequest request;
    request.set_name(UserName(kForth, user));
    return reset_desk_.ResetPassword(By(ForthAdmin(), request), request);
  }
  std::string VersionOf(const std::string& user) {
    const auto rows = Sql(absl::StrCat(
        "SELECT version FROM hearth.credentials WHERE directory_id = 'forthcoffee' AND user_id = '", user, "'"));
    return rows.empty() ? "0" : rows[0][0];
  }
  std::string Count(const std::string& table) { return Sql("SELECT count(*) FROM hearth." + table)[0][0]; }
  // The reasons of the audit's events of requests, oldest first.
  std::vector<std::string> Outcomes(const std::string& directory = kForth) {
    std::vector<std::string> outcomes;
    for (const AuditRow& row : Audit(directory)) {
      if (row.action == "reset.request") outcomes.push_back(row.verdict + (row.reason.empty() ? "" : " " + row.reason));
    }
    return outcomes;
  }

  SystemRandom random_;
  Hasher hasher_{&keyring(), {.memory_kib = 1024, .iterations = 1}, 2};
  NewPasswords new_passwords_{&database(), &hasher_, &keyring(), &random_};
  RequestDesk request_desk_{&database(), &keyring()};
  ProofDesk proof_desk_{&database(), &hasher_, &keyring(), &new_passwords_};
  QueueDesk queue_desk_{&database(), &hasher_, &keyring(), &new_passwords_, &pager()};
  LimitDesk limit_desk_{&database(), &keyring()};
  ResetDesk reset_desk_{&database(), &hasher_, &keyring(), &new_passwords_};
  IntentRelay relay_{&database(), &keyring(), &random_};
};

}  // namespace hearth::test
