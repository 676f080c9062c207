// The table of all RPCs: policy and server code of each method.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "hearth/v1/options.pb.h"
#include "server/authz/call.h"
#include "server/authz/source.h"
#include "server/rpc/message_plan.h"

namespace hearth {

// A call that the gate admitted, on its way through a desk.
struct Served {
  const Call* call;
  const google::protobuf::Message* request;
  google::protobuf::Message* response;
  Sink<google::protobuf::Message> sink;  // Of a method that streams; it leaves `response` alone.
  std::unique_ptr<Outlet>
      outlet;  // Of a method that goes on; its desk keeps it when it succeeds, and the call then ends with it.
  // Of a method that is streamed its requests: brings `request` to the next one, the first time to the first. False: there are no more.
  std::function<absl::StatusOr<bool>()> advance;
  const std::vector<absl::Status>* rows;  // Of such a method: what the gate says of each row of `request`.
  absl::Status status;                    // Set by the desk.
};

// One row: a method, what its policy says, and who serves it. Immutable once the table is complete.
struct Rpc {
  const google::protobuf::MethodDescriptor* method;
  v1::MethodPolicy policy;
  absl::Duration default_deadline;
  absl::Duration max_deadline;
  std::string name;  // "ResetPasswordService/ResetPassword"
  MessagePlan request_plan;
  MessagePlan response_plan;
  const google::protobuf::Message* request;  // Prototypes.
  const google::protobuf::Message* response;
  std::function<void(absl::Span<Served>)> serve;  // As many calls as max_batch allows.
};

// "lookup", as in metrics and refusals.
std::string WorkClassName(v1::WorkClass work_class);

// Built once at start, then only read; so thread-safe.
class RpcTable {
 public:
  // Adds the method whose request type is Request, served one call at a time. The desk outlives the table.
  template <class Desk, class Request, class Response>
  void Add(Desk* desk, absl::StatusOr<Response> (Desk::*method)(const Call&, const Request&)) {
    AddRow<Request, Response>([desk, method](absl::Span<Served> calls) {
      for (Served& served : calls) {
        Answer((desk->*method)(*served.call, static_cast<const Request&>(*served.request)), served);
      }
    });
  }

  // The same for a method that serves many calls at once, with answers parallel to the calls.
  template <class Desk, class Request, class Response>
  void Add(Desk* desk, std::vector<absl::StatusOr<Response>> (Desk::*method)(absl::Span<const Ask<Request>>)) {
    AddRow<Request, Response>([desk, method](absl::Span<Served> calls) {
      std::vector<Ask<Request>> asks;
      for (const Served& served : calls) asks.push_back({served.call, static_cast<const Request*>(served.request)});
      auto answers = (desk->*method)(asks);
      for (size_t i = 0; i < calls.size(); ++i) Answer(std::move(answers[i]), calls[i]);
    });
  }

  // The same for a method that streams its responses.
  template <class Desk, class Request, class Response>
  void Add(Desk* desk, absl::Status (Desk::*method)(const Call&, const Request&, const Sink<Response>&)) {
    AddRow<Request, Response>([desk, method](absl::Span<Served> calls) {
      for (Served& served : calls) {
        served.status = (desk->*method)(*served.call, static_cast<const Request&>(*served.request), served.sink);
      }
    });
  }

  // The same for a method that goes on after its call was admitted.
  template <class Desk, class Request>
  void Add(Desk* desk, absl::Status (Desk::*method)(const Call&, const Request&, std::unique_ptr<Outlet>),
           const google::protobuf::Message& response) {
    AddRow(Request::default_instance(), response, [desk, method](absl::Span<Served> calls) {
      for (Served& served : calls) {
        served.status =
            (desk->*method)(*served.call, static_cast<const Request&>(*served.request), std::move(served.outlet));
      }
    });
  }

  // The same for a method that is streamed its requests.
  template <class Desk, class Request, class Response>
  void Add(Desk* desk, absl::StatusOr<Response> (Desk::*method)(const Call&, const Source<Request>&)) {
    AddRow<Request, Response>([desk, method](absl::Span<Served> calls) {
      for (Served& served : calls) {
        const Source<Request> source = [&served]() -> absl::StatusOr<Streamed<Request>> {
          const absl::StatusOr<bool> more = served.advance();
          if (!more.ok()) return more.status();
          if (!*more) return Streamed<Request>();
          return Streamed<Request>{static_cast<const Request*>(served.request), *served.rows};
        };
        Answer((desk->*method)(*served.call, source), served);
      }
    });
  }

  // OK when every method of every service that has a row has one with a complete policy; else says what is missing.
  absl::Status Check() const;

  // The services with rows, and the row of a method (null for none).
  std::vector<const google::protobuf::ServiceDescriptor*> Services() const;
  const Rpc* Find(const google::protobuf::MethodDescriptor* method) const;
  // All rows, by the method's full name.
  const std::map<std::string, std::unique_ptr<Rpc>>& rows() const { return rows_; }

 private:
  template <class Response>
  static void Answer(absl::StatusOr<Response> answer, Served& served) {
    served.status = answer.status();
    if (answer.ok()) static_cast<Response*>(served.response)->Swap(&*answer);
  }

  template <class Request, class Response>
  void AddRow(std::function<void(absl::Span<Served>)> serve) {
    AddRow(Request::default_instance(), Response::default_instance(), std::move(serve));
  }
  void AddRow(const google::protobuf::Message& request, const google::protobuf::Message& response,
              std::function<void(absl::Span<Served>)> serve);

  std::map<std::string, std::unique_ptr<Rpc>> rows_;
  std::vector<std::string> defects_;  // Rows that could not be added.
};

}  // namespace hearth
