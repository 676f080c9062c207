// Why calls fail, in the languages that mails are written in: reasons/<language>.txt has a line for each reason, "NOT_FOUND: …", with the {name}s of the
// English message in error_reason.proto.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/v1/error_reason.pb.h"
#include "server/base/embedded_file.h"

namespace hearth {

// The files of reasons/: "de.txt".
const std::vector<EmbeddedFile>& EmbeddedReasonFiles();

// The lines of a file, by the reason's name. Throws std::invalid_argument for a line of another form, and for a reason that comes twice.
std::map<std::string, std::string> ParseReasonFile(std::string_view text);

// The message of a reason in a language, with {name} for its variables; empty where there is none. Thread-safe.
std::string ReasonText(v1::ErrorReason reason, const std::string& language);

}  // namespace hearth
