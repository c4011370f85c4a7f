"""The libraries with adapters and their listed optimizers; the libraries are not imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The entry of an optimizer in the list."""

    summary: str
    anytime: bool
    can: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Library:
    """A library with an adapter.

    Attributes:
        prefix: The part before the colon in the names of its optimizers.
        module: Module of the adapter.
        imports: Modules that must be installed.
        packages: Distributions whose versions can change a result.
        reference: Where the library comes from.
        help: Which other names it accepts.
        optimizers: The optimizers that are listed.
    """

    prefix: str
    module: str
    imports: tuple[str, ...]
    packages: tuple[str, ...]
    reference: str
    help: str
    optimizers: Mapping[str, Listed]


_ALL = ("constraints", "objectives", "integers", "categories")


def _anytime(*can: str, **summaries: str) -> dict[str, Listed]:
    return {name: Listed(summary=summary, anytime=True, can=frozenset(can)) for name, summary in summaries.items()}


def _scheduled(*can: str, **summaries: str) -> dict[str, Listed]:
    return {name: Listed(summary=summary, anytime=False, can=frozenset(can)) for name, summary in summaries.items()}


_LIBRARIES = (
    Library(
        prefix="cmaes",
        module="cmaes",
        imports=("cmaes",),
        packages=("cmaes",),
        reference="Nomura, M., & Shibata, M. (2024). cmaes: A simple yet practical Python library for CMA-ES. "
        "https://github.com/CyberAgentAILab/cmaes",
        help="it has CMA and SepCMA, and CMAwM, CatCMA and CatCMAwM for integers and categories",
        optimizers={
            **_anytime(
                CMA="Covariance matrix adaptation, restarted with growing populations.",
                SepCMA="Covariance matrix adaptation with a diagonal matrix.",
            ),
            **_anytime("integers", CMAwM="Covariance matrix adaptation with a margin for integers."),
            **_anytime("categories", CatCMA="Covariance matrix adaptation with a distribution of choices."),
            **_anytime(
                "integers",
                "categories",
                CatCMAwM="Covariance matrix adaptation with a margin for integers and a distribution of choices.",
            ),
        },
    ),
    Library(
        prefix="mealpy",
        module="mealpy",
        imports=("mealpy",),
        packages=("mealpy", "scipy"),
        reference="Van Thieu, N., & Mirjalili, S. (2023). MEALPY: An open-source library for latest meta-heuristic "
        "algorithms in Python. Journal of Systems Architecture 139, 102871. https://github.com/thieu1995/mealpy",
        help="any of its optimizer classes can be used, such as mealpy:OriginalHHO",
        optimizers=_scheduled(
            BaseGA="Genetic algorithm.",
            L_SHADE="Success-history differential evolution with a shrinking population.",
            OriginalABC="Artificial bee colony.",
            OriginalDE="Differential evolution.",
            OriginalGWO="Grey wolf optimizer.",
            OriginalHHO="Harris hawks optimization.",
            OriginalMRFO="Manta ray foraging optimization.",
            OriginalPSO="Particle swarm optimization.",
            OriginalSA="Simulated annealing.",
            OriginalWOA="Whale optimization algorithm.",
        ),
    ),
    Library(
        prefix="minionpy",
        module="minionpy",
        imports=("minionpy",),
        packages=("minionpy",),
        reference="Muzakka, K. F., et al. (2025). Minion: A high-performance derivative-free optimization library. "
        "https://github.com/khoirulmuzakka/Minion",
        help="its variants of differential evolution can be used, such as minionpy:LSRTDE",
        optimizers=_scheduled(
            ARRDE="Adaptive restart-refine differential evolution.",
            LSHADE="Success-history differential evolution with a shrinking population.",
            NLSHADE_RSP="L-SHADE with non-linear reduction and rank-based selective pressure.",
            j2020="Self-adaptive differential evolution with two populations.",
            jSO="L-SHADE with weighted mutation and scheduled parameters.",
        ),
    ),
    Library(
        prefix="nevergrad",
        module="nevergrad",
        imports=("nevergrad",),
        packages=("nevergrad", "cma", "scipy", "directsearch", "bayesian-optimization", "scikit-learn", "pandas"),
        reference="Rapin, J., & Teytaud, O. (2018). Nevergrad: A gradient-free optimization platform. "
        "https://github.com/facebookresearch/nevergrad",
        help="any name in its registry can be used, such as nevergrad:NGOpt",
        optimizers=_scheduled(
            *_ALL,
            CMA="Covariance matrix adaptation.",
            DE="Differential evolution.",
            NGOpt="A wizard that chooses an optimizer by dimension and budget.",
            NelderMead="Simplex search by SciPy, inside of nevergrad.",
            OnePlusOne="(1+1) evolution strategy.",
            PSO="Particle swarm optimization.",
            ScrHammersleySearch="Scrambled Hammersley points.",
            TwoPointsDE="Differential evolution with two-points crossover.",
        ),
    ),
    Library(
        prefix="nlopt",
        module="nlopt",
        imports=("nlopt",),
        packages=("nlopt",),
        reference="Johnson, S. G. (2007). The NLopt nonlinear-optimization package. https://github.com/stevengj/nlopt",
        help="its derivative-free algorithms can be used, such as nlopt:PRAXIS",
        optimizers=_anytime(
            BOBYQA="Trust-region search on quadratic models, in bounds.",
            COBYLA="Trust-region search on linear models.",
            CRS2_LM="Controlled random search with local mutation.",
            DIRECT_L="Dividing rectangles, locally biased; deterministic.",
            ESCH="Evolutionary algorithm with Cauchy mutation.",
            ISRES="Improved stochastic ranking evolution strategy.",
            SBPLX="Simplex searches on subspaces (Subplex).",
        ),
    ),
    Library(
        prefix="optuna",
        module="optuna",
        imports=("optuna",),
        packages=("optuna", "cmaes", "scipy"),
        reference="Akiba, T., Sano, S., Yanase, T., Ohta, T., & Koyama, M. (2019). Optuna: A next-generation "
        "hyperparameter optimization framework. KDD 2019. https://github.com/optuna/optuna",
        help="its samplers for real variables can be used, such as optuna:TPESampler",
        optimizers={
            **_anytime("integers", CmaEsSampler="Covariance matrix adaptation by the library cmaes."),
            **_anytime(
                *_ALL,
                NSGAIISampler="Non-dominated sorting genetic algorithm (NSGA-II).",
                NSGAIIISampler="Non-dominated sorting with reference directions (NSGA-III).",
                QMCSampler="Sobol points.",
                RandomSampler="Random search.",
                TPESampler="Tree-structured Parzen estimator.",
            ),
        },
    ),
    Library(
        prefix="pycma",
        module="pycma",
        imports=("cma",),
        packages=("cma",),
        reference="Hansen, N., Akimoto, Y., & Baudis, P. (2019). CMA-ES/pycma. https://github.com/CMA-ES/pycma",
        help="it has CMAES",
        optimizers=_anytime("constraints", CMAES="Covariance matrix adaptation, restarted with growing populations."),
    ),
    Library(
        prefix="pymoo",
        module="pymoo",
        imports=("pymoo",),
        packages=("pymoo", "cma", "scipy"),
        reference="Blank, J., & Deb, K. (2020). pymoo: Multi-objective optimization in Python. IEEE Access 8, "
        "89497-89509. https://github.com/anyoptimization/pymoo",
        help="its algorithms for one objective can be used, such as pymoo:PSO, and four for two, such as pymoo:NSGA3",
        optimizers={
            **_anytime(
                CMAES="Covariance matrix adaptation by the library cma.",
                ES="Evolution strategy.",
                G3PCX="Generalised generation gap with parent-centric crossover.",
                ISRES="Improved stochastic ranking evolution strategy.",
                NelderMead="Simplex search.",
                PSO="Particle swarm optimization.",
            ),
            **_anytime(
                "constraints",
                DE="Differential evolution.",
                GA="Genetic algorithm.",
            ),
            **_anytime("constraints", "objectives", NSGA2="Non-dominated sorting genetic algorithm (NSGA-II)."),
            **_anytime(
                "objectives",
                MOEAD="A search for each of a hundred weighted objectives (MOEA/D).",
                NSGA3="Non-dominated sorting with reference directions (NSGA-III).",
                SMSEMOA="Selection by contribution to the hypervolume (SMS-EMOA).",
            ),
        },
    ),
    Library(
        prefix="scipy",
        module="scipy",
        imports=("scipy",),
        packages=("scipy",),
        reference="Virtanen, P., et al. (2020). SciPy 1.0: Fundamental algorithms for scientific computing in Python. "
        "Nature Methods 17, 261-272. https://github.com/scipy/scipy",
        help="it has the methods that take bounds",
        optimizers={
            **_anytime(
                basin_hopping="Random steps, each followed by L-BFGS-B.",
                dual_annealing="Generalised simulated annealing with local searches.",
                l_bfgs_b="Quasi-Newton search on gradients by finite differences.",
                nelder_mead="Simplex search.",
                powell="Line searches along conjugate directions.",
            ),
            **_anytime(
                "constraints",
                cobyla="Trust-region search on linear models.",
                cobyqa="Trust-region search on quadratic models.",
                differential_evolution="Differential evolution, polished by L-BFGS-B.",
                slsqp="Sequential quadratic programming on gradients by finite differences.",
                trust_constr="Trust-region interior-point search on gradients by finite differences.",
            ),
            **_scheduled(direct="Dividing rectangles; deterministic."),
        },
    ),
)

LIBRARIES: dict[str, Library] = {library.prefix: library for library in _LIBRARIES}
