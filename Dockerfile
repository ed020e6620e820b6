# The product in one static binary. The same image runs the API, the worker and
# the migration; the command decides.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 GOWORK=off go build -buildvcs=false -ldflags='-s -w' -o /huajie .

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --home /var/lib/huajie --create-home huajie
COPY --from=build /huajie /usr/local/bin/huajie
USER huajie
WORKDIR /var/lib/huajie
# Keys that seal payloads and query codes are made here on first use: keep the
# volume, and share it between api and worker.
VOLUME /var/lib/huajie
ENV HUAJIE_DATA_DIR=/var/lib/huajie HUAJIE_LISTEN=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["huajie"]
CMD ["api"]
