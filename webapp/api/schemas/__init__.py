"""The shapes of what comes and goes, a module a subject. Each has its own name in the document."""
