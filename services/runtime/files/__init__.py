"""Files that a person named or owns: paths enter; their content, or one sentence for what is wrong, leaves."""
