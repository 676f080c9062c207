#include "secrets.h"

#include <string.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "fields.h"
#include "options.h"
#include "terminal.h"
#include "text.h"
#include "usage.h"

namespace hearth::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kMaxBytes = 4096;

// Secrets that are chosen among others, and so are read from a file only, if at all: link_token.
bool IsAlternative(const FieldDescriptor& field, bool required) { return !required && field.name() != "given"; }

// given, new_password: a password from now on. password, current_password: one that exists.
bool IsNew(const FieldDescriptor& field) {
  return field.name() == "given" || absl::StartsWith(std::string(field.name()), "new_");
}

// The one secret of a request is "the password", unless it is of another kind.
bool IsPassword(const FieldDescriptor& field) {
  const v1::Format format = RulesOf(field).format();
  return format == v1::FORMAT_PASSWORD || format == v1::FORMAT_NEW_PASSWORD;
}

std::string Hyphened(const FieldDescriptor& field) {
  return absl::StrReplaceAll(std::string(field.name()), {{"_", "-"}});
}

std::string Phrase(const FieldDescriptor& field) {
  return field.name() == "given" ? "new password" : absl::StrReplaceAll(std::string(field.name()), {{"_", " "}});
}

absl::StatusOr<std::string> Checked(std::string secret, const std::string& phrase) {
  if (!secret.empty() && secret.back() == '\r') secret.pop_back();
  if (secret.empty()) return UsageError(absl::StrCat("The ", phrase, " is empty."));
  if (secret.size() > kMaxBytes) return UsageError(absl::StrCat("The ", phrase, " is longer than a password can be."));
  return secret;
}

absl::StatusOr<std::string> FirstLine(std::istream& in, const std::string& phrase) {
  std::string line;
  std::getline(in, line);
  return Checked(std::move(line), phrase);
}

void WarnIfOthersMayRead(const std::string& path) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode) || (info.st_mode & 077) == 0) return;
  std::cerr << "warning: " << Printable(path) << " can be read by others; make it private: chmod 600 "
            << Printable(path) << std::endl;
}

absl::StatusOr<std::string> FromFile(const std::string& path, const std::string& phrase) {
  std::ifstream file(path);
  if (!file) return UsageError(absl::StrCat("Cannot read the file ", path, "."));
  WarnIfOthersMayRead(path);
  return FirstLine(file, phrase);
}

absl::StatusOr<std::string> FromTerminal(const std::string& phrase, bool twice) {
  std::string prompt = absl::StrCat(phrase, ": ");
  prompt.front() = absl::ascii_toupper(static_cast<unsigned char>(prompt.front()));
  absl::StatusOr<std::string> first = AskSecret(prompt);
  if (!first.ok() || !twice) return first.ok() ? Checked(*std::move(first), phrase) : first;
  const absl::StatusOr<std::string> second = AskSecret("The same again: ");
  if (!second.ok()) return second.status();
  if (*first != *second) return UsageError("The two are not the same.");
  return Checked(*std::move(first), phrase);
}

}  // namespace

SecretFlags::SecretFlags(CLI::App* command, const Descriptor& request) {
  for (int i = 0; i < request.field_count(); ++i) {
    const FieldDescriptor* field = request.field(i);
    if (!RulesOf(*field).sensitive()) continue;
    secrets_.push_back({field, Is(google::api::REQUIRED, *field), nullptr});
  }
  if (secrets_.empty()) return;
  for (Secret& secret : secrets_) {
    const std::string name = secrets_.size() == 1 && IsPassword(*secret.field) ? "password" : Hyphened(*secret.field);
    secret.file = AddValue(command, absl::StrCat("--", name, "-file"), "FILE",
                           absl::StrCat("the ", Phrase(*secret.field), " is the first line of this file"));
    if (!secret.required && !IsAlternative(*secret.field, secret.required)) {
      ask_ = AddSwitch(command, "--given", "ask for the new password (default: the server makes one)");
    }
  }
  if (secrets_.size() > 1) {
    stdin_ = AddSwitch(command, "--password-stdin",
                       "read the passwords from standard input, one a line, the current one first");
    return;
  }
  const FieldDescriptor& only = *secrets_[0].field;
  stdin_ = AddSwitch(command, absl::StrCat("--", IsPassword(only) ? "password" : Hyphened(only), "-stdin"),
                     absl::StrCat("read the ", IsPassword(only) ? "password" : Phrase(only),
                                  " from the first line of standard input"));
}

absl::StatusOr<std::string> SecretFlags::Read(const Secret& secret) const {
  const std::string phrase = Phrase(*secret.field);
  if (secret.file->count() > 0) return FromFile(ValueOf(secret.file), phrase);
  if (stdin_->count() > 0) return FirstLine(std::cin, phrase);
  return FromTerminal(phrase, IsNew(*secret.field));
}

absl::Status SecretFlags::Fill(Message* request) const {
  for (const Secret& secret : secrets_) {
    const bool alternative = IsAlternative(*secret.field, secret.required);
    const bool asked_for = secret.file->count() > 0 || (!alternative && stdin_->count() > 0) ||
                           (!alternative && ask_ != nullptr && ask_->count() > 0);
    if (!secret.required && !asked_for) continue;
    absl::StatusOr<std::string> text = Read(secret);
    if (!text.ok()) return text.status();
    request->GetReflection()->SetString(request, secret.field, *text);
    explicit_bzero(text->data(), text->size());
  }
  return absl::OkStatus();
}

bool HoldsSecret(const Message& message) {
  std::vector<const FieldDescriptor*> set;
  const auto& reflection = *message.GetReflection();
  reflection.ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    if (RulesOf(*field).sensitive()) return true;
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const Message& inner = field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                                  : reflection.GetMessage(message, field);
      if (HoldsSecret(inner)) return true;
    }
  }
  return false;
}

}  // namespace hearth::cli
