// A mail as its reader sees it.
#pragma once

#include <map>
#include <string>

#include "absl/time/time.h"
#include "server/mail/brand.h"
#include "server/mail/language.h"
#include "server/mail/mail.h"

namespace hearth {

struct MailBody {
  std::string subject;  // One line.
  std::string text;     // text/plain, lines end in LF.
  std::string html;     // text/html, a whole document that loads nothing from elsewhere.
};

// Renders a mail. `values` are those of a well-made mail (MailDefect); `expire_time` is when it stops to matter. In HTML every value is escaped,
// and links are as they were checked; nothing that a value holds is Mustache or HTML. Pure; throws only on a defect of the templates.
MailBody RenderMail(v1::MailTemplate kind, const Language& language, const MailBrand& brand,
                    const std::map<std::string, MailValue>& values, absl::Time expire_time);

// "#000000" or "#ffffff", whichever is easier to read on `color` (#rrggbb): the higher contrast ratio of WCAG 2.2, 1.4.3.
std::string ReadableOn(const std::string& color);

}  // namespace hearth
