#include "server/credential/policy_desk.h"

#include <optional>
#include <string>
#include <vector>

#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/credential/policy_rules.h"
#include "server/credential/policy_store.h"
#include "server/credential/rule_texts.h"
#include "server/directory/change.h"
#include "server/directory/time_proto.h"
#include "server/directory/update.h"
#include "server/directory/user_store.h"
#include "server/mail/language.h"

namespace hearth {
namespace {

v1::PasswordPolicy PolicyProto(std::string_view directory, const StoredPasswordPolicy& stored) {
  v1::PasswordPolicy proto = stored.policy;
  proto.set_name(PasswordPolicyName(directory));
  if (stored.update_time != absl::InfinitePast()) *proto.mutable_update_time() = ToProto(stored.update_time);
  proto.set_etag(std::to_string(stored.policy.version()));
  return proto;
}

void AddVerdict(const RuleVerdict& verdict, const std::string& language, const v1::PasswordPolicy& policy,
                v1::CheckPasswordResponse& response) {
  v1::PasswordVerdict* proto = response.add_verdicts();
  proto->set_rule(verdict.rule);
  proto->set_passed(verdict.passed);
  proto->set_text(RuleText(verdict.rule, language, policy.effective_min_length()));
}

}  // namespace

absl::StatusOr<v1::CheckPasswordResponse> PasswordPolicyDesk::CheckPassword(const Call& call,
                                                                            const v1::CheckPasswordRequest& request) {
  const std::string& directory = call.principal.directory;
  std::optional<User> user;
  if (!request.user().empty()) {
    ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.user()));
    RETURN_IF_ERROR(database_.Read({directory}, call.deadline, [&](Tx& tx) {
      user = FindUser(tx, directory, name.id);
      return absl::OkStatus();
    }));
    if (user.has_value() && (user->deleted() || !user->homed_here())) user.reset();
  }
  v1::CheckPasswordResponse response;
  v1::PasswordPolicy policy;
  ASSIGN_OR_RETURN(const std::vector<RuleVerdict> verdicts,
                   passwords_.Judge(call, user.has_value() ? &*user : nullptr, request.password(), policy));
  const std::string language = ChooseLanguage({request.language()}, ChooseLanguageOf(call.accept_language)).text;
  response.set_acceptable(true);
  for (const RuleVerdict& verdict : verdicts) {
    AddVerdict(verdict, language, policy, response);
    if (!verdict.passed) response.set_acceptable(false);
  }
  response.set_policy_version(policy.version());
  return response;
}

absl::StatusOr<v1::GetPasswordPolicyResponse> PasswordPolicyDesk::GetPasswordPolicy(
    const Call& call, const v1::GetPasswordPolicyRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Look<v1::GetPasswordPolicyResponse>(
      database_, call, name.directory, [&](Tx& tx, v1::GetPasswordPolicyResponse& response) {
        *response.mutable_password_policy() = PolicyProto(name.directory, FindPasswordPolicy(tx, name.directory));
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::UpdatePasswordPolicyResponse> PasswordPolicyDesk::UpdatePasswordPolicy(
    const Call& call, const v1::UpdatePasswordPolicyRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.password_policy().name()));
  return Change<v1::UpdatePasswordPolicyResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access&, v1::UpdatePasswordPolicyResponse& response) -> absl::Status {
        const StoredPasswordPolicy stored = FindPasswordPolicy(tx, name.directory, /*lock=*/true);
        RETURN_IF_ERROR(CheckEtag(request.password_policy().etag(), stored.policy.version(), "password policy"));
        ASSIGN_OR_RETURN(const v1::PasswordPolicy updated, UpdatedPasswordPolicy(stored.policy, request));
        WritePasswordPolicy(tx, name.directory, updated);
        // Nothing is kept that is not asked of; a longer history fills with the passwords to come.
        if (updated.history() < stored.policy.history()) ForgetPasswords(tx, name.directory, updated.history());
        *response.mutable_password_policy() = PolicyProto(name.directory, FindPasswordPolicy(tx, name.directory));
        return absl::OkStatus();
      });
}

}  // namespace hearth
