#include "server/storage/tx.h"

#include <sodium.h>

#include <stdexcept>

namespace hearth {

std::string TextArray(const std::vector<std::string>& elements) {
  std::string literal = "{";
  for (const std::string& element : elements) {
    if (literal.size() > 1) literal += ',';
    literal += '"';
    for (const char c : element) {
      if (c == '"' || c == '\\') literal += '\\';
      literal += c;
    }
    literal += '"';
  }
  return literal + '}';
}

std::string Bytea(std::string_view bytes) {
  std::string literal(2 + bytes.size() * 2 + 1, '\0');
  literal[0] = '\\';
  literal[1] = 'x';
  sodium_bin2hex(literal.data() + 2, literal.size() - 2, reinterpret_cast<const unsigned char*>(bytes.data()),
                 bytes.size());
  literal.pop_back();
  return literal;
}

std::string FromBytea(const pqxx::field& field) {
  const std::string text = field.c_str();
  std::string bytes(text.size() / 2, '\0');
  size_t length = 0;
  if (text.size() < 2 || sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data() + 2,
                                        text.size() - 2, nullptr, &length, nullptr) != 0) {
    throw std::runtime_error("a bytea field is not in hexadecimal form");
  }
  bytes.resize(length);
  return bytes;
}

absl::Time ToTime(const pqxx::field& field) {
  return field.is_null() ? absl::InfinitePast() : absl::FromUnixMicros(field.as<int64_t>());
}

int64_t ToMicros(absl::Time time) { return absl::ToUnixMicros(time); }

}  // namespace hearth
