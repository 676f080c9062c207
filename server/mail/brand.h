// How a directory presents itself in mails.
#pragma once

#include <string>

namespace hearth {

// Everything has a form that needs no check when it is used: the store and the contract see to that.
struct MailBrand {
  std::string directory_name = {};    // Display name of the directory.
  std::string sender_name = {};       // Beside the address in From; empty: directory_name.
  std::string color = "#1f4e79";      // #rrggbb
  std::string support_uri = {};       // https://…; empty: none.
  std::string language = "en";        // BCP 47; for people whose own language is not known or not spoken here.
  std::string time_zone = "Etc/UTC";  // IANA; in which times are shown.

  const std::string& sender() const { return sender_name.empty() ? directory_name : sender_name; }
};

}  // namespace hearth
