// The texts of mails, as templates/<language>/<template>.mail has them.
//
// One file gives both bodies, so that they never say different things. Its first line is "subject: …"; then blocks, with an empty line
// between two. A block is
//   [label] {{link}}      a button
//   = {{code}}            a code or password, shown large
//   > {{note}}            somebody's own words
//   @ label: {{link}}     a link by the way
//   - label: {{value}}    lines of facts, one after the other
//   anything else         a paragraph
// {{name}} stands for a value; {{#name}}…{{/name}} is there only if the value is (Mustache). A block or fact that names an optional value
// that is not given, outside of such a section, is left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hearth/v1/mail_template.pb.h"
#include "server/base/embedded_file.h"

namespace hearth {

// The files of templates/.
const std::vector<EmbeddedFile>& EmbeddedMailFiles();
// The text of one. Throws std::out_of_range when it was not embedded.
std::string_view EmbeddedMailFile(std::string_view name);

struct MailBlock {
  enum Kind { kParagraph, kButton, kLink, kCode, kNote, kFact };
  Kind kind = kParagraph;
  std::string label;  // Of a button, a link or a fact.
  std::string text;   // The rest, as Mustache.
};

struct MailText {
  std::string subject;  // As Mustache.
  std::vector<MailBlock> blocks;
  std::vector<MailBlock> footer;  // What every mail of the language ends in: footer.mail, which has no subject.
};

// Takes a file apart. Throws std::invalid_argument when it has no subject or no block.
MailText ParseMailText(std::string_view file);

// The text of a template in a language. Parsed once; thread-safe.
const MailText& MailTextOf(v1::MailTemplate kind, const std::string& language);

// The names of the values that a Mustache text shows: those inside of sections, or those outside. Throws std::invalid_argument when braces or
// sections do not match.
std::vector<std::string> NamesIn(std::string_view text, bool in_sections);

}  // namespace hearth
