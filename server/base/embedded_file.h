// Files that are part of the program.
#pragma once

#include <string_view>
#include <vector>

namespace hearth {

// A file that was embedded at build time (hearth_embed in server/CMakeLists.txt).
struct EmbeddedFile {
  std::string_view name;  // In its folder: "de/reset_link.mail", "layout.html".
  std::string_view text;
};

}  // namespace hearth
