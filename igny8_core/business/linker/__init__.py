"""The linker: links from one content of a site to another."""
