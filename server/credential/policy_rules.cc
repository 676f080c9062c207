#include "server/credential/policy_rules.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/credential/banned_words.h"
#include "server/directory/update.h"

namespace hearth {
namespace {

constexpr int kNistMinLength = 15;
constexpr int kNistMinLengthBeforeSecondFactor = 8;
constexpr int kEntraMinLength = 8;
// What every verifier should accept (NIST SP 800-63B-4, 3.1.1.2) is the most that may be asked for.
constexpr int kMostMinLength = 64;
// As many as Active Directory remembers at most.
constexpr int kMostHistory = 24;

v1::PasswordPolicy MakeDefault() {
  v1::PasswordPolicy policy;
  policy.set_preset(v1::PasswordPolicy::PRESET_NIST);
  policy.set_effective_min_length(kNistMinLength);
  return policy;
}

int LeastOf(const v1::PasswordPolicy& policy) {
  if (policy.preset() == v1::PasswordPolicy::PRESET_ENTRA) return kEntraMinLength;
  return policy.second_factor_follows() ? kNistMinLengthBeforeSecondFactor : kNistMinLength;
}

absl::Status Wrong(const std::string& field, const std::string& description) {
  return InvalidField(absl::StrCat("password_policy.", field), description);
}

absl::Status CheckTerms(const v1::PasswordPolicy& policy) {
  for (int i = 0; i < policy.banned_terms_size(); ++i) {
    if (PlainText(policy.banned_terms(i)).size() < kMinWordLength) {
      return Wrong(absl::StrCat("banned_terms[", i, "]"), "must have 4 characters that can be seen");
    }
  }
  return absl::OkStatus();
}

// Of terms that are the same as words are compared, the first stays.
void DropRepeatedTerms(v1::PasswordPolicy& policy) {
  std::set<std::u32string> seen;
  v1::PasswordPolicy kept;
  for (const std::string& term : policy.banned_terms()) {
    if (seen.emplace(PlainText(term).view()).second) kept.add_banned_terms(term);
  }
  policy.mutable_banned_terms()->Swap(kept.mutable_banned_terms());
}

}  // namespace

const v1::PasswordPolicy& DefaultPasswordPolicy() {
  static const auto* const policy = new v1::PasswordPolicy(MakeDefault());
  return *policy;
}

int EffectiveMinLength(const v1::PasswordPolicy& policy) {
  return policy.min_length() == 0 ? LeastOf(policy) : policy.min_length();
}

absl::Status CheckPasswordPolicy(const v1::PasswordPolicy& policy) {
  const int least = LeastOf(policy);
  if (policy.min_length() != 0 && (policy.min_length() < least || policy.min_length() > kMostMinLength)) {
    return Wrong("min_length",
                 absl::StrCat("must be 0, or between ", least, " and ", kMostMinLength, " with this preset"));
  }
  if (policy.has_max_age() && policy.preset() != v1::PasswordPolicy::PRESET_ENTRA) {
    return Wrong("max_age", "NIST SP 800-63B forbids that passwords expire; it needs PRESET_ENTRA");
  }
  if (policy.history() < 0 || policy.history() > kMostHistory) {
    return Wrong("history", absl::StrCat("must be between 0 and ", kMostHistory));
  }
  return CheckTerms(policy);
}

absl::StatusOr<v1::PasswordPolicy> UpdatedPasswordPolicy(const v1::PasswordPolicy& current,
                                                         const v1::UpdatePasswordPolicyRequest& request) {
  ASSIGN_OR_RETURN(const std::set<std::string> fields,
                   FieldsToUpdate(request.password_policy(), request.update_mask(),
                                  {"preset", "min_length", "second_factor_follows", "max_age", "min_age", "history",
                                   "banned_terms"}));
  v1::PasswordPolicy updated = current;
  for (const std::string& field : fields) {
    TakeField(field, request.password_policy(), DefaultPasswordPolicy(), updated);
  }
  RETURN_IF_ERROR(CheckPasswordPolicy(updated));
  DropRepeatedTerms(updated);
  updated.set_effective_min_length(EffectiveMinLength(updated));
  return updated;
}

}  // namespace hearth
