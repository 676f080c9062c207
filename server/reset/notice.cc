#include "server/reset/notice.h"

#include <algorithm>

#include "server/authz/home_rule.h"
#include "server/directory/user_store.h"
#include "server/reset/limit_store.h"
#include "server/reset/policy_rules.h"
#include "server/reset/queue_store.h"
#include "server/reset/request_rules.h"

namespace hearth {
namespace {

using Roles = std::vector<v1::Role>;

const std::vector<Roles>& Groups() {
  static const auto* const groups =
      new std::vector<Roles>{{v1::ROLE_HELPDESK_ADMINISTRATOR, v1::ROLE_PASSWORD_ADMINISTRATOR},
                             {v1::ROLE_USER_ADMINISTRATOR},
                             {v1::ROLE_GLOBAL_ADMINISTRATOR}};
  return *groups;
}

const Roles& AllRoles() {
  static const auto* const all = [] {
    auto* roles = new Roles;
    for (const Roles& group : Groups()) roles->insert(roles->end(), group.begin(), group.end());
    return roles;
  }();
  return *all;
}

bool HoldsOneOf(const User& user, const Roles& roles) {
  return std::any_of(user.roles.begin(), user.roles.end(), [&](const HeldRole& held) {
    return std::find(roles.begin(), roles.end(), held.role) != roles.end();
  });
}

bool CouldApprove(const User& administrator, const User& person) {
  Access access;
  access.roles = administrator.roles;
  return DecideReset({administrator.directory, administrator.id}, access, ToTarget(person)).allowed;
}

// Those of the first group in which somebody fits.
template <class Fits>
std::vector<User> FirstGroup(const std::vector<User>& candidates, const Fits& fits) {
  std::vector<User> chosen;
  for (const Roles& group : Groups()) {
    for (const User& candidate : candidates) {
      if (chosen.size() < kMostNoticed && HoldsOneOf(candidate, group) && !AddressesOf(candidate).empty() &&
          fits(candidate)) {
        chosen.push_back(candidate);
      }
    }
    if (!chosen.empty()) break;
  }
  return chosen;
}

}  // namespace

std::vector<User> ChooseNoticed(const std::vector<User>& candidates, const User& person) {
  return FirstGroup(candidates, [&](const User& candidate) { return CouldApprove(candidate, person); });
}

bool NoticeRequest(Tx& tx, const Keyring& keyring, const ResetKeys& keys, const User& person,
                   const std::string& request, const Asked& asked, const v1::ResetPolicy& policy) {
  bool all_told = true;
  for (const User& administrator : ChooseNoticed(ListHolders(tx, person.directory, AllRoles()), person)) {
    const std::string subject = keys.OfPerson(person.directory, administrator.id);
    const auto verdict = CountTowards(tx, person.directory, subject, v1::RESET_LIMIT_KIND_NOTICES, policy);
    if (verdict != LimitVerdict::kAllowed) {
      all_told = false;
      continue;
    }
    MailRequested(tx, keyring, administrator, person, request, asked, SpanOf(policy.request_lifetime()));
  }
  return all_told;
}

void NoticeDigest(Tx& tx, const Keyring& keyring, const std::string& directory, const v1::ResetPolicy& policy) {
  const auto unnoticed = LockUnnoticed(tx, directory);
  if (!unnoticed.has_value() || unnoticed->now < unnoticed->oldest + SpanOf(policy.notices().block())) return;
  for (const User& administrator :
       FirstGroup(ListHolders(tx, directory, AllRoles()), [](const User&) { return true; })) {
    MailDigest(tx, keyring, administrator, static_cast<int>(unnoticed->ids.size()), unnoticed->oldest);
  }
  MarkNoticed(tx, directory, unnoticed->ids);
}

}  // namespace hearth
