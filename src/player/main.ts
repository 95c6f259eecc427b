/** The page in an exported HTML file. */
