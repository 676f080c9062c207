#include "list.h"

#include <unistd.h>

#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "fields.h"
#include "hearth/client/paging.h"
#include "interrupts.h"
#include "options.h"
#include "render.h"
#include "terminal.h"
#include "text.h"

namespace hearth::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// The repeated resource of a list response.
const FieldDescriptor* ItemsOf(const MethodDescriptor& method) {
  for (int i = 0; i < method.output_type()->field_count(); ++i) {
    const FieldDescriptor* field = method.output_type()->field(i);
    if (field->is_repeated() && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return field;
  }
  return nullptr;
}

void PrintTable(const Message& all, const FieldDescriptor& items) {
  const auto& reflection = *all.GetReflection();
  std::vector<std::vector<std::string>> rows = {Headings(*items.message_type())};
  for (int i = 0; i < reflection.FieldSize(all, &items); ++i) {
    rows.push_back(Cells(reflection.GetRepeatedMessage(all, &items, i)));
  }
  if (rows.size() == 1) {
    std::cerr << "No " << absl::StrReplaceAll(std::string(items.name()), {{"_", " "}}) << ".\n";
    return;
  }
  const std::string table = Aligned(rows);
  const size_t end = table.find('\n');
  std::cout << Bold(STDOUT_FILENO, table.substr(0, end)) << table.substr(end);
}

}  // namespace

bool IsList(const MethodDescriptor& method) {
  return method.input_type()->FindFieldByName("page_token") != nullptr && ItemsOf(method) != nullptr;
}

ListFlags::ListFlags(CLI::App* command)
    : page_size_(AddValue(command, "--page-size", "NUMBER", "how many to fetch with one call, 1 to 1000 (default 50)")),
      limit_(AddValue(command, "--limit", "NUMBER", "show at most this many (default: all)")) {
  page_size_->check(CLI::Range(1, 1000));
  limit_->check(CLI::Range(1, 1'000'000'000));
}

absl::Status ListFlags::Run(Session* session, const Settings& settings, const MethodDescriptor& method,
                            Message* request) const {
  if (page_size_->count() > 0) {
    if (absl::Status status = SetField(request, "page_size", ValueOf(page_size_)); !status.ok()) return status;
  }
  const int limit = limit_->count() > 0 ? std::stoi(ValueOf(limit_)) : 0;
  absl::StatusOr<client::Client> client = session->Connect(settings);
  if (!client.ok()) return client.status();

  const FieldDescriptor* items = ItemsOf(method);
  const std::unique_ptr<Message> all = NewMessage(method.output_type());
  const auto& reflection = *all->GetReflection();
  const auto add = [&](Message& page) {
    page.GetReflection()->ClearField(&page, method.output_type()->FindFieldByName("next_page_token"));
    all->MergeFrom(page);
    while (limit > 0 && reflection.FieldSize(*all, items) > limit) reflection.RemoveLast(all.get(), items);
    return limit == 0 || reflection.FieldSize(*all, items) < limit;
  };
  {
    const CallRunning running;
    absl::Status status = client::EachPage(*client, method, *request, add, session->call_options());
    if (!status.ok()) return status;
  }
  if (!session->flags().json()) {
    PrintTable(*all, *items);
    return absl::OkStatus();
  }
  return session->Print(*all);
}

}  // namespace hearth::cli
