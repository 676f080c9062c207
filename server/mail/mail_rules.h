// What a well-made mail is.
#pragma once

#include <string>
#include <string_view>

#include "server/mail/mail.h"

namespace hearth {

inline constexpr absl::Duration kLongestMailLifetime = absl::Hours(30 * 24);

// What mails of a kind are made of, as mail_template.proto declares; no values for kinds that are none.
const v1::MailRules& RulesOf(v1::MailTemplate kind);

// "RESET_LINK" for MAIL_TEMPLATE_RESET_LINK.
std::string MailTemplateName(v1::MailTemplate kind);

// One mailbox that SMTP can carry without extensions, and nothing else: visible ASCII, a dot-atom of at most 64 characters (RFC 5322, 3.2.3;
// RFC 5321, 4.5.3.1.1), @, a domain; 254 in all. No quoted strings, comments, groups, lists, literals. Whoever stores addresses asks this.
bool IsMailAddress(std::string_view address);

// Empty for a well-made mail; else what is wrong, without any value in it: an unknown kind, a bad address, values that are missing, too
// many, of another type or form, a lifetime out of bounds.
std::string MailDefect(const Mail& mail);

}  // namespace hearth
