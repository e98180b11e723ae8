# The image holds one static binary, the certificates it needs to call WeChat, and
# an empty data folder. There is no shell in it.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -tags timetzdata,nomsgpack -ldflags "-s -w -X main.version=$VERSION" -o /out/kefu ./cmd/kefu \
 && mkdir -p /out/data /out/tmp && chmod 1777 /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/tmp /tmp
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build /out/kefu /kefu
USER 65532:65532
# What kefu.example.yaml asks the environment for.
ENV KEFU_LISTEN=0.0.0.0:8080 KEFU_DATA=/data
VOLUME /data
EXPOSE 8080
# Asks the admin address, which only this container can reach.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["/kefu", "healthcheck"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/kefu"]
CMD ["serve", "--config", "/etc/kefu/kefu.yaml"]
