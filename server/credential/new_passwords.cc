#include "server/credential/new_passwords.h"

#include <algorithm>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/credential/breach_range.h"
#include "server/credential/import_vault.h"
#include "server/credential/password_generator.h"
#include "server/credential/policy_store.h"
#include "server/directory/directory_store.h"

namespace hearth {
namespace {

// One that hits a name is as rare as a name of four letters among 31^4; more than a few tries mean a defect.
constexpr int kMostTries = 100;

void AddName(std::string_view name, WordList& names) {
  names.AddWhole(name);
  names.AddWords(name);
}

std::string_view LocalPart(std::string_view address) { return address.substr(0, address.find('@')); }

void AddPerson(const User& user, WordList& names) {
  AddName(user.display_name, names);
  AddName(LocalPart(user.user_principal_name), names);
  AddName(LocalPart(user.mail), names);
  for (const std::string& mail : user.alternate_mails) AddName(LocalPart(mail), names);
}

void AddOrganisation(const Directory& directory, PasswordYardstick& yardstick) {
  yardstick.names.AddWhole(directory.display_name);
  yardstick.context.AddWords(directory.display_name);
  yardstick.context.Add(directory.primary_domain.substr(0, directory.primary_domain.find('.')));
}

absl::Status FirstBroken(const std::vector<RuleVerdict>& verdicts, const v1::PasswordPolicy& policy) {
  for (const RuleVerdict& verdict : verdicts) {
    if (!verdict.passed) return BreaksRule(verdict.rule, policy);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PasswordYardstick> NewPasswords::YardstickOf(const Call& call, const User* user) {
  const std::string& directory = call.principal.directory;
  PasswordYardstick yardstick;
  std::optional<Directory> organisation;
  RETURN_IF_ERROR(database_.Read({directory}, call.deadline, [&](Tx& tx) {
    yardstick.policy = FindPasswordPolicy(tx, directory).policy;
    organisation = FindDirectory(tx, directory);
    return absl::OkStatus();
  }));
  for (const std::string& term : yardstick.policy.banned_terms()) yardstick.banned.Add(term);
  yardstick.context.Add("hearth");
  if (organisation.has_value()) AddOrganisation(*organisation, yardstick);
  if (user != nullptr) AddPerson(*user, yardstick.names);
  return yardstick;
}

std::vector<RuleVerdict> NewPasswords::JudgeChosen(const Call& call, const Secret& prepared,
                                                   const PasswordYardstick& yardstick) {
  std::vector<RuleVerdict> verdicts = JudgePassword(prepared, yardstick, breached_);
  // What is refused anyway is nobody else's business.
  if (range_ == nullptr || !FirstBroken(verdicts, yardstick.policy).ok()) return verdicts;
  const RangeOutcome outcome = range_->Ask(prepared, call.deadline);
  if (outcome != RangeOutcome::kBreached && outcome != RangeOutcome::kAbsent) return verdicts;
  std::erase_if(verdicts, [](const RuleVerdict& verdict) { return verdict.rule == v1::PASSWORD_RULE_BREACHED; });
  verdicts.push_back({v1::PASSWORD_RULE_BREACHED, outcome == RangeOutcome::kAbsent});
  return verdicts;
}

absl::StatusOr<std::vector<RuleVerdict>> NewPasswords::Judge(const Call& call, const User* user, std::string_view given,
                                                             v1::PasswordPolicy& policy) {
  ASSIGN_OR_RETURN(PasswordYardstick yardstick, YardstickOf(call, user));
  const Preparation preparation = TryPassword(given);
  std::vector<RuleVerdict> verdicts = {{preparation.broken, /*passed=*/false}};
  if (preparation.broken == v1::PASSWORD_RULE_UNSPECIFIED) {
    verdicts = JudgeChosen(call, preparation.password, yardstick);
  }
  policy.Swap(&yardstick.policy);
  return verdicts;
}

absl::StatusOr<Secret> NewPasswords::Prepare(const Call& call, std::string_view given) {
  ASSIGN_OR_RETURN(Secret prepared, PreparePassword(given));
  ASSIGN_OR_RETURN(const PasswordYardstick yardstick, YardstickOf(call, nullptr));
  RETURN_IF_ERROR(FirstBroken(JudgeChosen(call, prepared, yardstick), yardstick.policy));
  return prepared;
}

absl::StatusOr<bool> NewPasswords::Was(const PastPassword& past, const Secret& prepared, const Secret& typed,
                                       absl::Time deadline) {
  if (!ImportVault::IsSealed(past.hash)) return hasher_.Verify(past.binding, past.hash, prepared, deadline);
  ASSIGN_OR_RETURN(const bool same, hasher_.VerifyImported(past.binding, past.hash, typed, deadline));
  if (same || typed == prepared) return same;
  // The other system may have normalised it as we do.
  return hasher_.VerifyImported(past.binding, past.hash, prepared, deadline);
}

absl::Status NewPasswords::CheckFor(const Call& call, const User& user, const Secret& prepared, const Secret& typed) {
  ASSIGN_OR_RETURN(const PasswordYardstick yardstick, YardstickOf(call, &user));
  RETURN_IF_ERROR(FirstBroken(JudgePassword(prepared, yardstick, breached_), yardstick.policy));
  if (yardstick.policy.history() == 0) return absl::OkStatus();
  std::vector<PastPassword> past;
  RETURN_IF_ERROR(database_.Read({user.directory}, call.deadline, [&](Tx& tx) {
    past = ListPastPasswords(tx, user.directory, user.id, yardstick.policy.history());
    return absl::OkStatus();
  }));
  for (const PastPassword& password : past) {
    // Of a pepper that was retired nothing can be told.
    if (!keyring_.Has(password.hash.pepper_key_id)) continue;
    ASSIGN_OR_RETURN(const bool same, Was(password, prepared, typed, call.deadline));
    if (same) return BreaksRule(v1::PASSWORD_RULE_RECENTLY_USED);
  }
  return absl::OkStatus();
}

absl::Status NewPasswords::CheckAge(const Call& call, const User& user) {
  absl::Duration min_age;
  bool younger = false;
  RETURN_IF_ERROR(database_.Read({user.directory}, call.deadline, [&](Tx& tx) {
    const v1::PasswordPolicy policy = FindPasswordPolicy(tx, user.directory).policy;
    min_age = absl::Seconds(policy.min_age().seconds());
    younger = policy.has_min_age() && IsPasswordYounger(tx, user.directory, user.id, min_age);
    return absl::OkStatus();
  }));
  if (!younger) return absl::OkStatus();
  return Refuse(v1::ERROR_REASON_PASSWORD_TOO_YOUNG, {{"min_age", absl::FormatDuration(min_age)}});
}

absl::StatusOr<Secret> NewPasswords::Generate(const Call& call, const User& user) {
  ASSIGN_OR_RETURN(const PasswordYardstick yardstick, YardstickOf(call, &user));
  for (int tries = 0; tries < kMostTries; ++tries) {
    Secret password = GeneratePassword(random_, static_cast<size_t>(yardstick.policy.effective_min_length()));
    if (FirstBroken(JudgePassword(password, yardstick, breached_), yardstick.policy).ok()) return password;
  }
  return absl::InternalError("no generated password keeps to the password policy");
}

}  // namespace hearth
