# Writes the .rds files next to it: Rscript make.R
# They have the structure of IOHanalyzer's constructor DataSet (R/DataSet.R, github.com/IOHprofiler/IOHanalyzer): a list
# of matrices with row names, RT (targets x runs) and FV (evaluations x runs), whose attributes tell where it is from.

data_set <- function(RT, FV, ...) structure(
  list(RT = RT, FV = FV, PAR = list(by_FV = list(), by_RT = list())), class = c("DataSet", "list"), comment = "%",
  datafile = "data_f1/IOHprofiler_f1_DIM5.dat", ...)

data_set_list <- function(...) {
  sets <- list(...)
  class(sets) <- c("DataSetList", class(sets))
  for (name in c("DIM", "funcId", "algId", "suite", "maximization"))
    attr(sets, name) <- sapply(sets, function(ds) attr(ds, name))
  sets
}

named <- function(values, rows) matrix(values, nrow = length(rows), dimnames = list(rows, NULL))

RT <- named(c(1L, 3L, 7L, 1L, NA, NA), c("10", "1.5", "1e-09"))
FV <- named(c(10, 1.5, 1e-9, 10, 10, 10), c("1", "3", "7"))
bbob <- data_set(RT, FV, suite = "BBOB", funcId = 1, DIM = 5, algId = "CMA", instance = c(1, 2), maxRT = c(9, 12),
                 finalFV = c(1e-9, 10), format = "IOHprofiler", maximization = FALSE)
saveRDS(data_set_list(bbob), "bbob.rds")
saveRDS(bbob, "one_data_set.rds", compress = "xz")

noisy <- data_set(RT, FV, suite = "BBOB", funcId = 101, DIM = 5, algId = "CMA", instance = c(1, 2), maxRT = c(9, 12),
                  finalFV = c(1e-9, 10), format = "COCO", maximization = FALSE)
saveRDS(data_set_list(noisy), "coco.rds")

up <- data_set(named(c(1L, 2L, 8L), c("5", "6", "16")), named(c(5L, 6L, 16L), c("1", "2", "8")), suite = "PBO",
               funcId = 1, DIM = 16, algId = "EA", instance = 1, maxRT = 20, finalFV = 16, format = "IOHprofiler",
               maximization = TRUE)
saveRDS(data_set_list(up), "pbo.rds")

# Data without a suite, which IOHanalyzer takes for PBO and for maximised.
attr(bbob, "suite") <- "PBO"
attr(bbob, "maximization") <- TRUE
saveRDS(data_set_list(bbob), "wrong_direction.rds")
attr(bbob, "maximization") <- FALSE
saveRDS(data_set_list(bbob), "no_suite.rds")

nevergrad <- data_set(list(), named(c(2, 1), c("10", "20")), suite = "NEVERGRAD", funcId = "sphere", DIM = 2,
                      algId = "CMA", maxRT = 20, finalFV = 1, format = "NEVERGRAD", maximization = FALSE)
saveRDS(data_set_list(nevergrad), "nevergrad.rds")

saveRDS(1:10, "numbers.rds")
saveRDS(1:1e9, "long_sequence.rds")
