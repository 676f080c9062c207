// What of a text can be seen, by the Unicode properties of its characters.
#pragma once

#include <string_view>

namespace hearth {

// Whether the text has characters that nobody sees: control and format characters, separators of lines and paragraphs. Format characters that are
// seen (Arabic number signs and the like) do not count, nor do U+200C and U+200D between letters, where some scripts need them (Persian, Hindi).
// `text` is valid UTF-8. Pure.
bool HasInvisible(std::string_view text);

// Whether nothing of the text is seen: it is all space and fillers. `text` is valid UTF-8. Pure.
bool ShowsNothing(std::string_view text);

}  // namespace hearth
