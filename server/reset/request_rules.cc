#include "server/reset/request_rules.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/mail/mail_rules.h"

namespace hearth {
namespace {

using Policy = v1::ResetPolicy;

bool Includes(Policy::Channel channel, Policy::Channel wanted) {
  return channel == wanted || channel == Policy::CHANNEL_LINK_AND_CODE;
}

// What is mailed where one proof is enough: what the front end wishes, where the policy has it; else what the policy has. Links need a page.
ResetPlan OneProof(const Policy& policy, Policy::Channel wished) {
  const bool has_link = Includes(policy.channel(), Policy::CHANNEL_LINK) && !policy.link_base_uri().empty();
  const bool has_code = Includes(policy.channel(), Policy::CHANNEL_CODE) || !has_link;
  ResetPlan plan{.path = ResetPath::kSelfService, .link = has_link, .code = has_code};
  if (wished == Policy::CHANNEL_LINK && has_link) plan.code = false;
  if (wished == Policy::CHANNEL_CODE && has_code) plan.link = false;
  return plan;
}

// What one mailbox is called however it is tagged: many servers deliver a+b@c to a@c.
std::string MailboxOf(const std::string& address) {
  const size_t at = address.rfind('@');
  return absl::AsciiStrToLower(absl::StrCat(address.substr(0, std::min(address.find('+'), at)), address.substr(at)));
}

// Two proofs: a link and a code, each to a mailbox of its own. Where that cannot be, an administrator's approval is the second.
ResetPlan TwoProofs(const Policy& policy, const User& user) {
  if (policy.link_base_uri().empty() || SecondAddressOf(user).empty()) return {.path = ResetPath::kAdministrators};
  return {.path = ResetPath::kSelfService, .link = true, .code = true, .needs_both = true};
}

bool MayAlone(const Policy& policy, bool selected) {
  return policy.self_service() == Policy::SELF_SERVICE_ALL ||
         (policy.self_service() == Policy::SELF_SERVICE_SELECTED_GROUP && selected);
}

}  // namespace

ResetPlan PlanReset(const std::optional<User>& user, const Policy& policy, Policy::Channel wished, bool selected,
                    bool blocked) {
  if (!user.has_value() || user->deleted()) return {.path = ResetPath::kNobody};
  if (user->home.kind == v1::Home::KIND_EXTERNAL_ISSUER) return {.path = ResetPath::kHomeOutside};
  if (!user->homed_here()) return {.path = ResetPath::kHomeElsewhere};
  if (user->disabled) return {.path = ResetPath::kDisabled};
  if (!MayAlone(policy, selected) || blocked) return {.path = ResetPath::kAdministrators};
  if (AddressesOf(*user).empty()) return {.path = ResetPath::kAdministrators};
  const bool two = policy.required_proofs() >= 2 || !user->roles.empty() || user->privileged_group;
  return two ? TwoProofs(policy, *user) : OneProof(policy, wished);
}

std::vector<std::string> AddressesOf(const User& user) {
  std::vector<std::string> addresses;
  const auto add = [&addresses](const std::string& address) {
    const bool known = std::any_of(addresses.begin(), addresses.end(), [&](const std::string& other) {
      return absl::AsciiStrToLower(other) == absl::AsciiStrToLower(address);
    });
    if (!known && IsMailAddress(address)) addresses.push_back(address);
  };
  add(user.mail.empty() ? user.user_principal_name : user.mail);
  for (const std::string& address : user.alternate_mails) add(address);
  return addresses;
}

std::string SecondAddressOf(const User& user) {
  const std::vector<std::string> addresses = AddressesOf(user);
  const auto second = std::find_if(addresses.begin(), addresses.end(), [&addresses](const std::string& address) {
    return MailboxOf(address) != MailboxOf(addresses.front());
  });
  return second == addresses.end() ? "" : *second;
}

std::string CanonicalIdentifier(const std::string& identifier) { return absl::AsciiStrToLower(identifier); }

}  // namespace hearth
