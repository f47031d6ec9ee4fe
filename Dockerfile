# syntax=docker/dockerfile:1
# Two stages: the program is built with the whole toolchain, and shipped with neither it nor a shell.

FROM rust:1.95.0-bookworm AS build
WORKDIR /src
COPY . .
# The caches stay out of the image; the program is copied from the one of them that goes away.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin netral \
    && install -D --mode=755 target/release/netral /out/netral \
    && install -d --mode=700 /out/keys /out/files

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/netral /usr/local/bin/netral
# A named volume takes over the owner of the folder that it covers.
COPY --from=build --chown=65532:65532 /out/keys /keys
COPY --from=build --chown=65532:65532 /out/files /files
ENV NETRAL_BIND=0.0.0.0:8080 \
    NETRAL_KEYS_DIR=/keys \
    NETRAL_FILES_DIR=/files
EXPOSE 8080
USER 65532:65532
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["/usr/local/bin/netral", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/netral"]
CMD ["serve"]
