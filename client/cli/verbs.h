// The commands that are one method each: `hearth user get`, `hearth role assign`, …
#ifndef HEARTH_CLIENT_CLI_VERBS_H_
#define HEARTH_CLIENT_CLI_VERBS_H_

#include <string>
#include <vector>

namespace hearth::cli {

class Session;

// One row is one command; what it can be told besides its arguments follows from the request (FieldFlags,
// SecretFlags).
struct Verb {
  std::string noun;
  std::string verb;
  std::string method;
  // The arguments, and the fields they fill; in brackets: may be left out when a directory is set. Field
  // "target" is the oneof of name and principal name; "role" and "membership" complete the name of a role assignment or a membership.
  std::string argument;
  std::string field;
  std::string second_argument;
  std::string second_field;
  std::string summary;
  std::string examples;
};

// What commands are about.
struct Noun {
  std::string name;
  std::string summary;
  std::string group;
};
const std::vector<Noun>& Nouns();

// All rows, in the order in which help shows them.
const std::vector<Verb>& Verbs();

// Adds them to the session, which outlives them.
void AddVerbs(Session* session);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_VERBS_H_
