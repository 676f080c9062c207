"""Calls Hearth as any gRPC client would: messages from the published descriptor set, Debian's grpcio."""

import time

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from rig import BUILD

# What a careful client tries again, with the same request_id.
WORTH_RETRYING = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.ABORTED,
                  grpc.StatusCode.RESOURCE_EXHAUSTED)
OPTIONS = (("grpc.initial_reconnect_backoff_ms", 50), ("grpc.min_reconnect_backoff_ms", 5000), ("grpc.max_reconnect_backoff_ms", 200),
           ("grpc.use_local_subchannel_pool", 1))


def _load_pool():
    pool = descriptor_pool.DescriptorPool()
    files = descriptor_pb2.FileDescriptorSet.FromString((BUILD / "proto/hearth.binpb").read_bytes())
    for file in files.file:
        pool.Add(file) if hasattr(pool, "Add") else pool.AddSerializedFile(file.SerializeToString())
    return pool


POOL = _load_pool()


def message_class(name):
    """The class of a message type by its full name."""
    descriptor = POOL.FindMessageTypeByName(name)
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(POOL).GetPrototype(descriptor)


def reason_of(error):
    """The ErrorInfo reason of a failed call; "" when there is none (the transport failed, not the server)."""
    for key, value in error.trailing_metadata() or ():
        if key != "grpc-status-details-bin":
            continue
        status = message_class("google.rpc.Status").FromString(value)
        for detail in status.details:
            if detail.type_url.endswith("google.rpc.ErrorInfo"):
                return message_class("google.rpc.ErrorInfo").FromString(detail.value).reason
    return ""


class Caller:
    """One caller with a connection of its own. Used by one thread."""

    def __init__(self, rig, directory, subject):
        credentials = grpc.ssl_channel_credentials(rig.ca.read_bytes())
        self.channel = grpc.secure_channel(f"127.0.0.1:{rig.port}", credentials, options=OPTIONS)
        self.metadata = (("authorization", "Bearer " + rig.token(directory, subject)),)
        self.retries = {}

    def call(self, method, timeout=10.0, wait_for_ready=False, **fields):
        """Calls "ResetPasswordService/ResetPassword" and returns the response. `timeout` None: no deadline. Raises grpc.RpcError."""
        request, stub = self._prepare(self.channel.unary_unary, method, fields)
        return stub(request, timeout=timeout, metadata=self.metadata, wait_for_ready=wait_for_ready)

    def stream(self, method, timeout, **fields):
        """Calls a method that streams; its responses, one by one. Raises grpc.RpcError, also in their midst."""
        request, stub = self._prepare(self.channel.unary_stream, method, fields)
        return stub(request, timeout=timeout, metadata=self.metadata, wait_for_ready=True)

    @staticmethod
    def _prepare(kind, method, fields):
        service, _, name = method.partition("/")
        descriptor = POOL.FindServiceByName(f"hearth.v1.{service}").methods_by_name[name]
        stub = kind(f"/hearth.v1.{method}", request_serializer=lambda message: message.SerializeToString(),
                    response_deserializer=message_class(descriptor.output_type.full_name).FromString)
        return message_class(descriptor.input_type.full_name)(**fields), stub

    def healthy(self):
        """Whether grpc.health.v1 says SERVING for the server as a whole."""
        check = self.channel.unary_unary("/grpc.health.v1.Health/Check")
        try:
            return check(b"", timeout=1) == b"\x08\x01"  # HealthCheckResponse{status: SERVING}
        except grpc.RpcError:
            return False

    def persist(self, method, patience=60.0, timeout=10.0, **fields):
        """Calls until it is answered, with the same fields; counts what was tried again in `retries`, by code and reason."""
        deadline = time.monotonic() + patience
        while True:
            try:
                # Waiting, so that somebody polls while the channel connects: a call that fails at once leaves it to the library's slow poller.
                return self.call(method, timeout, wait_for_ready=True, **fields)
            except grpc.RpcError as error:
                if error.code() not in WORTH_RETRYING or time.monotonic() > deadline:
                    raise
                key = f"{error.code().name} {reason_of(error)}".strip()
                self.retries[key] = self.retries.get(key, 0) + 1
            time.sleep(0.02)
